<?php
// ruleid: php-identical-operands
if ($a->b == $a->b) {}
// ruleid: php-identical-operands
if ($a && $a) {}
// ruleid: php-identical-operands
$x = $y - $y;
// ok: php-identical-operands
if ($a != $a) {}
// ok: php-identical-operands
if (f() == f()) {}
// ok: php-identical-operands
if ($a == $b || $a && $b) {}
