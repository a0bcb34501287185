function defaults(o) {
  const { z = src(), y = 1, q: { w = src() } } = o;
  // ruleid: parts
  sink(z);
  // ok: parts
  sink(y);
  // ruleid: parts
  sink(w);
  let a, b;
  [a = src(), b] = o;
  // ruleid: parts
  sink(a);
  // ok: parts
  sink(b);
}
function params({ a = src(), b: c, d = c }, e) {
  // ruleid: parts
  sink(a);
  // ok: parts
  sink(c);
  // ok: parts
  sink(d);
}
function names(o) {
  o.a.b = src();
  const p = o.a;
  // ruleid: parts
  sink(p.b);
  // ok: parts
  sink(p.c);
  p.b = "x";
  // ok: parts
  sink(p.b);
  for (const x of o) {
    o.next = o;
    p.o = o;
    o.p = p;
  }
}
