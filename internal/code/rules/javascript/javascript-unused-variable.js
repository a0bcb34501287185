function f(a) {
  // ruleid: javascript-unused-variable
  const left = g(a);
  // ok: javascript-unused-variable
  let used = g(a);
  // ok: javascript-unused-variable
  const { x, ...rest } = a;
  // ok: javascript-unused-variable
  const _ignored = 1;
  // ok: javascript-unused-variable
  const inner = () => used;
  // ok: javascript-unused-variable
  for (const k in a) { g(); }
  // ok: javascript-unused-variable
  let later;
  return inner(rest);
}
// ok: javascript-unused-variable
const top = 1;
