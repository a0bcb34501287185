<?php
$x = [
  "a" => 1,
  "b" => 2,
  // ruleid: php-duplicate-key
  "a" => 3,
];
// ok: php-duplicate-key
$y = [$a => 1, $b => 2, f() => 1, f() => 2];
// ok: php-duplicate-key
$z = ["a" => ["a" => 1]];
