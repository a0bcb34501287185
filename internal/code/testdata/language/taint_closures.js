const top = source();
let changed = source();
changed = 1;

function globals() {
  // ruleid: taint-js
  sink(top);
  // ok: taint-js
  sink(changed);
}

function closures() {
  const q = source();
  setTimeout(() => {
    // ruleid: taint-js
    sink(q);
  }, 1);
  function inner() {
    // ruleid: taint-js
    sink(q);
  }
  return {
    method() {
      // ruleid: taint-js
      sink(q);
    },
  };
}

function objects() {
  const x = { a: source(), b: 1 };
  const { a, b } = x;
  // ruleid: taint-js
  sink(a);
  // ok: taint-js
  sink(b);
  const y = { ...x };
  // ruleid: taint-js
  sink(y.a);
  // ok: taint-js
  sink(y.b);
}

function page() {
  const q = source();
  return (
    // ruleid: taint-attribute
    <a href={q} />
  );
}
