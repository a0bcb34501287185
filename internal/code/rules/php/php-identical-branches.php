<?php
// ruleid: php-identical-branches
if ($a) { f(1); } else { f(1); }
// ruleid: php-identical-branches
$x = $a ? 1 : 1;
// ok: php-identical-branches
if ($a) { f(1); } else { f(2); }
// ok: php-identical-branches
$x = $a ?: 1;
