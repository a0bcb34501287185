// ruleid: javascript-identical-operands
if (a.b === a.b) {}
// ruleid: javascript-identical-operands
if (a && a) {}
// ruleid: javascript-identical-operands
x = y - y;
// ok: javascript-identical-operands
if (a !== a) {}
// ok: javascript-identical-operands
if (f() === f()) {}
// ok: javascript-identical-operands
if (i++ === i++) {}
// ok: javascript-identical-operands
if (a === b || a && b) {}
