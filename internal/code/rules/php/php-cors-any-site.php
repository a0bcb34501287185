<?php
// ruleid: php-cors-any-site
header('Access-Control-Allow-Origin: *');
// ok: php-cors-any-site
header('Access-Control-Allow-Origin: https://www.example.com');
// ruleid: php-cors-any-site
header('Access-Control-Allow-Origin: ' . $_SERVER['HTTP_ORIGIN']);
// ok: php-cors-any-site
header('Access-Control-Allow-Methods: *');
// ruleid: php-cors-any-site
$response->headers->set('Access-Control-Allow-Origin', '*');
// ok: php-cors-any-site
$response->headers->set('Access-Control-Allow-Origin', 'https://a.example');
// ruleid: php-cors-any-site
return ['paths' => ['api/*'], 'allowed_origins' => ['*']];
