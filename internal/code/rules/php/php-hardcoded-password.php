<?php
function connect() {
    // ruleid: php-hardcoded-password
    $password = 'h4rb0ur';
    // ok: php-hardcoded-password
    $password = getenv('DB_PASSWORD');
    // ok: php-hardcoded-password
    $password = '';
    // ruleid: php-hardcoded-password
    define('DB_PASSWORD', 'h4rb0ur');
    // ok: php-hardcoded-password
    define('DB_USER', 'harbour');
    // ruleid: php-hardcoded-password
    mysqli_connect('localhost', 'root', 'h4rb0ur');
    // ok: php-hardcoded-password
    mysqli_connect('localhost', 'root', '');
    // ok: php-hardcoded-password
    mysqli_connect('localhost', 'root', $password2);
    // ruleid: php-hardcoded-password
    new PDO('mysql:host=db', 'root', 'h4rb0ur');
    // ok: php-hardcoded-password
    new PDO('mysql:host=db', 'root', getenv('PW'));
    $config = [
        // ruleid: php-hardcoded-password
        'api_key' => '9f86d081884c7d65',
        // ok: php-hardcoded-password
        'password_field' => 'password',
        // ok: php-hardcoded-password
        'secret' => env('SECRET'),
    ];
    // ruleid: php-hardcoded-password
    $config['db_password'] = 'h4rb0ur';
    // ruleid: php-hardcoded-password
    if ($_POST['password'] == 'l3tme1n') {
        return true;
    }
    // ok: php-hardcoded-password
    $password_label = 'Your password';
    // ok: php-hardcoded-password
    $rules = ['password' => 'required|min:8'];
}
