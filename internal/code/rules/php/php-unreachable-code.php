<?php
function f($a) {
  // ruleid: php-unreachable-code
  if ($a) { throw new E(); g(); }
  // ruleid: php-unreachable-code
  while ($a) { continue; $a--; }
  return 1;
  // ok: php-unreachable-code
  function inner() {}
}
function h($a) {
  switch ($a) {
    case 1:
      return 1;
      // ok: php-unreachable-code
      break;
    default:
      // ok: php-unreachable-code
      g();
  }
  if ($a) { return 1; }
  // ok: php-unreachable-code
  g();
}
