<?php
function note() {
    // ruleid: php-log-injection
    error_log('login failed: ' . $_POST['user']);
    // ok: php-log-injection
    error_log('login failed: ' . json_encode($_POST['user']));
    // ok: php-log-injection
    error_log('login failed: ' . (int) $_POST['id']);
    // ok: php-log-injection
    error_log('login failed');
    // ruleid: php-log-injection
    syslog(LOG_INFO, "user {$_GET['user']}");
    // ruleid: php-log-injection
    Log::info('user ' . $_GET['user']);
    // ok: php-log-injection
    Log::info('user', ['user' => $_GET['user']]);
    // ok: php-log-injection
    error_log('x ' . str_replace(["\r", "\n"], '', $_GET['user']));
}
