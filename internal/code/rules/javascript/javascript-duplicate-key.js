const x = {
  a: 1,
  b: 2,
  // ruleid: javascript-duplicate-key
  "a": 3,
};
// ok: javascript-duplicate-key
const y = { a: 1, ...x, a: 2 };
// ok: javascript-duplicate-key
const z = { [a]: 1, [b]: 2, a: 1, [a]: 3 };
// ok: javascript-duplicate-key
const w = { get a() { return 1; }, set a(v) {} };
