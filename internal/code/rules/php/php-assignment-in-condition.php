<?php
// ruleid: php-assignment-in-condition
if ($a = 1) {}
// ruleid: php-assignment-in-condition
if ($a = null) {}
// ok: php-assignment-in-condition
if ($user = find($id)) {}
// ok: php-assignment-in-condition
while ($row = fetch($result)) {}
// ok: php-assignment-in-condition
if (($a = 1) > 0) {}
// ok: php-assignment-in-condition
if ($a == 1) {}
