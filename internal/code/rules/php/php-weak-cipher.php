<?php
function hide($text, $key, $iv) {
    // ruleid: php-weak-cipher
    openssl_encrypt($text, 'aes-256-ecb', $key);
    // ruleid: php-weak-cipher
    openssl_encrypt($text, 'DES-EDE3-CBC', $key, 0, $iv);
    // ruleid: php-weak-cipher
    openssl_encrypt($text, 'rc4', $key);
    // ok: php-weak-cipher
    openssl_encrypt($text, 'aes-256-gcm', $key, 0, $iv, $tag);
    // ok: php-weak-cipher
    openssl_encrypt($text, 'AES-128-CBC', $key, 0, $iv);
    // ok: php-weak-cipher
    openssl_decrypt($text, 'chacha20-poly1305', $key, 0, $iv, $tag);
    // ruleid: php-weak-cipher
    mcrypt_encrypt(MCRYPT_RIJNDAEL_128, $key, $text, MCRYPT_MODE_CBC, $iv);
    $cipher = 'aes-128-ecb';
    // ruleid: php-weak-cipher
    openssl_decrypt($text, $cipher, $key);
}
