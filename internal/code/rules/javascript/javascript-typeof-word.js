// ruleid: javascript-typeof-word
if (typeof x === "undefned") {}
// ruleid: javascript-typeof-word
if (typeof x != "array") {}
// ok: javascript-typeof-word
if (typeof x === "undefined") {}
// ok: javascript-typeof-word
if (typeof x === other) {}
// ok: javascript-typeof-word
if (x === "array") {}
