// ruleid: javascript-identical-branches
if (a) { f(); } else { f(); }
// ruleid: javascript-identical-branches
x = a ? f(1) : f(1);
// ok: javascript-identical-branches
if (a) { f(); } else { g(); }
// ok: javascript-identical-branches
if (a) {} else {}
// ok: javascript-identical-branches
x = a ? f(1) : f(2);
