<?php
function call($curl) {
    // ruleid: php-tls-not-verified
    curl_setopt($curl, CURLOPT_SSL_VERIFYPEER, false);
    // ok: php-tls-not-verified
    curl_setopt($curl, CURLOPT_SSL_VERIFYPEER, true);
    // ruleid: php-tls-not-verified
    curl_setopt($curl, CURLOPT_SSL_VERIFYHOST, 0);
    // ok: php-tls-not-verified
    curl_setopt($curl, CURLOPT_SSL_VERIFYHOST, 2);
    // ruleid: php-tls-not-verified
    curl_setopt_array($curl, [CURLOPT_URL => 'x', CURLOPT_SSL_VERIFYPEER => 0]);
    // ok: php-tls-not-verified
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, false);
    // ruleid: php-tls-not-verified
    new GuzzleHttp\Client(['verify' => false]);
    // ok: php-tls-not-verified
    new GuzzleHttp\Client(['verify' => '/etc/ssl/own-ca.pem']);
    // ruleid: php-tls-not-verified
    $context = stream_context_create(['ssl' => ['verify_peer' => false]]);
    // ok: php-tls-not-verified
    $context = stream_context_create(['ssl' => ['verify_peer' => true]]);
    // ruleid: php-tls-not-verified
    Http::withoutVerifying()->get('https://a.example/');
}
