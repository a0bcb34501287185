<?php
switch ($a) {
  case 1:
    f();
  // ruleid: php-missing-break
  case 2:
  // ok: php-missing-break
  case 3:
    g();
    break;
  // ok: php-missing-break
  case 4:
    exit(1);
  // ok: php-missing-break
  case 5:
    f();
    // no break
  // ok: php-missing-break
  default:
    h();
}
