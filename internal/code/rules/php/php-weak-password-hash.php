<?php
function register($password, $user) {
    // ruleid: php-weak-password-hash
    md5($password);
    // ruleid: php-weak-password-hash
    sha1($salt . $password);
    // ok: php-weak-password-hash
    password_hash($password, PASSWORD_DEFAULT);
    // ruleid: php-weak-password-hash
    md5($_POST['password']);
    // ruleid: php-weak-password-hash
    $pass = md5($_POST['p']);
    // ruleid: php-weak-password-hash
    hash('sha256', $password);
    // ok: php-weak-password-hash
    hash('sha256', $message);
    // ok: php-weak-password-hash
    md5($user->email);
    // ok: php-weak-password-hash
    md5($file);
    // ok: php-weak-password-hash
    md5($passage);
    // ok: php-weak-password-hash
    crypt($password, '$2y$12$' . $salt);
    // ok: php-weak-password-hash
    isset($data['password']);
    // ok: php-weak-password-hash
    strlen($password);
    // ok: php-weak-password-hash
    $auth->login($password);
    // ok: php-weak-password-hash
    base64_encode($user . $password);
}
