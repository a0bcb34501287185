function f() {
  // ruleid: javascript-jump-in-finally
  try { g(); } finally { return 1; }
}
for (const x of y) {
  // ruleid: javascript-jump-in-finally
  try { g(); } finally { if (x) { continue; } }
  // ok: javascript-jump-in-finally
  try { g(); } finally { for (const z of x) { break; } }
}
