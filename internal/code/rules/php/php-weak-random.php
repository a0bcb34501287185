<?php
function make($user) {
    // ruleid: php-weak-random
    $token = md5(uniqid(mt_rand(), true));
    // ok: php-weak-random
    $token = bin2hex(random_bytes(32));
    // ruleid: php-weak-random
    $user->reset_token = sha1(mt_rand());
    // ruleid: php-weak-random
    $_SESSION['csrf_token'] = md5(rand());
    // ok: php-weak-random
    $_SESSION['started'] = microtime(true);
    // ok: php-weak-random
    $color = rand(0, 255);
    // ruleid: php-weak-random
    $otp = mt_rand(100000, 999999);
    // ok: php-weak-random
    $otp = random_int(100000, 999999);
    // ok: php-weak-random
    $file = uniqid() . '.png';
    // ruleid: php-weak-random
    setcookie('session', sha1(rand()));
    // ruleid: php-weak-random
    $user->update(['api_key' => uniqid()]);
}
function generatePassword() {
    // ruleid: php-weak-random
    return substr(str_shuffle('abcdefghij'), 0, 8);
}
function pick($list) {
    // ok: php-weak-random
    return $list[array_rand($list)];
}
