<?php
function f() {
  // ruleid: php-jump-in-finally
  try { g(); } finally { return 1; }
}
function h($xs) {
  foreach ($xs as $x) {
    // ok: php-jump-in-finally
    try { g(); } finally { foreach ($x as $y) { break; } }
  }
  // ok: php-jump-in-finally
  try { return 1; } finally { g(); }
}
