<?php
// ruleid: php-debug
ini_set('display_errors', 1);
// ok: php-debug
ini_set('display_errors', 'Off');
// ruleid: php-debug
ini_set('display_errors', '1');
// ok: php-debug
ini_set('log_errors', 1);
// ok: php-debug
ini_set('display_errors', 0);
// ruleid: php-debug
phpinfo();
// ruleid: php-debug
define('WP_DEBUG', true);
// ok: php-debug
define('WP_DEBUG', false);
// ok: php-debug
echo phpversion();
