if (a === 1) {
  f();
} else if (b) {
  g();
// ruleid: javascript-duplicate-condition
} else if (a === 1) {
  h();
}
// ok: javascript-duplicate-condition
if (next()) { f(); } else if (next()) { g(); }
// ok: javascript-duplicate-condition
if (a) { f(); } else if (a && b) { g(); }
if (a) { f(); }
// ok: javascript-duplicate-condition
if (a) { g(); }
