<?php
function sum($message, $key) {
    // ruleid: php-weak-hash
    hash('md5', $message);
    // ok: php-weak-hash
    hash('sha256', $message);
    // ruleid: php-weak-hash
    hash_hmac('sha1', $message, $key);
    // ok: php-weak-hash
    hash_hmac('sha256', $message, $key);
    // ruleid: php-weak-hash
    openssl_sign($message, $out, $key, OPENSSL_ALGO_MD5);
    // ok: php-weak-hash
    openssl_sign($message, $out, $key, OPENSSL_ALGO_SHA256);
    // ok: php-weak-hash
    hash('xxh3', $message);
    // ok: php-weak-hash
    crc32($message);
}
