<?php
function f($a) { // @+1/0
  if ($a && $b) { // @+2/2
  } elseif ($b) { // @+1/1
  } else if ($c xor $d) { // @+2/2
  } else { // @+0/1
  }
  $x = match($a) { // @+0/1
    1, 2 => 3, // @+1/0
    default => 4 };
  foreach ($a as $b) { // @+1/1
    while (true) { // @+1/2
      break 2; // @+0/1
    }
  }
  $y = $a ?? $b; // @+1/0
  $z = $a ?: $b; // @+1/1
  try { } catch (A | B $e) { } // @+1/1
  switch ($a) { // @+0/1
    case 1: // @+1/0
    case 2: break; // @+1/0
    default: }
  return function () use ($a) { // @+1/0
    if ($a): // @+1/2
    endif;
  };
}
class A {
  public function m() { return $this->m(); } // @+1/1
  abstract function n();
  static function o() { return fn($x) => $x and $y; } // @+3/1
}
