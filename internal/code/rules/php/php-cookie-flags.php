<?php
function set($token, $options) {
    // ruleid: php-cookie-flags
    setcookie('token', $token);
    // ruleid: php-cookie-flags
    setcookie('token', $token, time() + 3600);
    // ok: php-cookie-flags
    setcookie('token', $token, ['secure' => true, 'httponly' => true, 'samesite' => 'Lax']);
    // ruleid: php-cookie-flags
    setcookie('token', $token, ['secure' => false, 'httponly' => true]);
    // ok: php-cookie-flags
    setcookie('token', $token, time() + 3600, '/', '', true, true);
    // ruleid: php-cookie-flags
    setcookie('token', $token, 0, '/', '', false, true);
    // ok: php-cookie-flags
    setcookie('token', '', time() - 3600);
    // ok: php-cookie-flags
    setcookie('token', $token, $options);
    // ok: php-cookie-flags
    setcookie('language', 'en');
    // ruleid: php-cookie-flags
    ini_set('session.cookie_httponly', '0');
    // ok: php-cookie-flags
    ini_set('session.cookie_httponly', '1');
    // ok: php-cookie-flags
    session_set_cookie_params(0, '/', '', true, true);
}
