<?php
function read($token, $key) {
    // ruleid: php-jwt-not-verified
    JWT::decode($token, $key, ['HS256', 'none']);
    // ok: php-jwt-not-verified
    JWT::decode($token, $key, ['HS256']);
    // ok: php-jwt-not-verified
    JWT::decode($token, new Key($key, 'HS256'));
    // ruleid: php-jwt-not-verified
    JWT::encode(['a' => 1], $key, 'none');
    // ok: php-jwt-not-verified
    JWT::encode(['a' => 1], $key, 'RS256');
    // ruleid: php-jwt-not-verified
    json_decode(base64_decode(explode('.', $token)[1]));
    // ok: php-jwt-not-verified
    json_decode(base64_decode($token));
}
