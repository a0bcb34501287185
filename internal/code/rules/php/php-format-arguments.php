<?php
// ruleid: php-format-arguments
printf("%s and %s", $a);
// ruleid: php-format-arguments
$x = sprintf("%d of %d", 1);
// ok: php-format-arguments
printf("%s and %d%%", $a, $b);
// ok: php-format-arguments
printf("%1$s and %1$s", $a);
// ok: php-format-arguments
printf($format, $a);
// ok: php-format-arguments
printf("%s %s", ...$values);
