<?php
function sign($claims, $text, $iv) {
    // ruleid: php-hardcoded-key
    JWT::encode($claims, 'secret', 'HS256');
    // ok: php-hardcoded-key
    JWT::encode($claims, getenv('JWT_KEY'), 'HS256');
    // ok: php-hardcoded-key
    JWT::decode($claims, new Key($_ENV['JWT_KEY'], 'HS256'));
    // ruleid: php-hardcoded-key
    JWT::decode($claims, new Key('s3cr3t', 'HS256'));
    // ruleid: php-hardcoded-key
    openssl_encrypt($text, 'aes-256-cbc', 'my-very-own-key!', 0, $iv);
    // ok: php-hardcoded-key
    openssl_encrypt($text, 'aes-256-cbc', config('app.key'), 0, $iv);
    $key = 'abcdef0123456789';
    // ruleid: php-hardcoded-key
    hash_hmac('sha256', $text, $key);
    // ok: php-hardcoded-key
    hash_hmac('sha256', $text, $_ENV['KEY']);
}
