<?php
if ($a == 1) {
  f();
} elseif ($b) {
  g();
// ruleid: php-duplicate-condition
} elseif ($a == 1) {
  h();
}
// ok: php-duplicate-condition
if (next($x)) { f(); } elseif (next($x)) { g(); }
