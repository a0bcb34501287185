// ruleid: javascript-assignment-in-condition
if (a = 1) {}
// ruleid: javascript-assignment-in-condition
while (a = b) {}
// ok: javascript-assignment-in-condition
if ((a = b)) {}
// ok: javascript-assignment-in-condition
while ((m = re.exec(s))) {}
// ok: javascript-assignment-in-condition
while (m = re.exec(s)) {}
// ok: javascript-assignment-in-condition
if (a === 1) {}
