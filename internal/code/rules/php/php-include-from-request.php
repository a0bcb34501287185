<?php
$page = $_GET['page'];
// ruleid: php-include-from-request
include($page . '.php');
// ok: php-include-from-request
include('header.php');
// ruleid: php-include-from-request
require_once $_POST['x'];
// ok: php-include-from-request
include(basename($page));
