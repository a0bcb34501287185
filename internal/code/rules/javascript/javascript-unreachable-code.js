function f(a) {
  // ruleid: javascript-unreachable-code
  if (a) { throw new Error(); log(); }
  // ruleid: javascript-unreachable-code
  while (a) { continue; a--; }
  return helper();
  // ok: javascript-unreachable-code
  function helper() { return 1; }
}
function g(a) {
  switch (a) {
    case 1:
      return 1;
      // ok: javascript-unreachable-code
      break;
    default:
      // ok: javascript-unreachable-code
      log();
  }
  return 1;
  // ok: javascript-unreachable-code
  var hoisted;
}
