// ruleid: javascript-result-ignored
name.trim();
// ruleid: javascript-result-ignored
name.toUpperCase();
// ok: javascript-result-ignored
name = name.trim();
// ok: javascript-result-ignored
f(name.trim());
// ok: javascript-result-ignored
list.sort();
// ok: javascript-result-ignored
const g = () => name.trim();
