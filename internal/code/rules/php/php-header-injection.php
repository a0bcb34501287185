<?php
function send($to, $text) {
    $from = $_POST['from'];
    // ruleid: php-header-injection
    mail($to, 'Hello', $text, "From: $from");
    // ok: php-header-injection
    mail($to, 'Hello', $text, 'From: ' . filter_var($from, FILTER_VALIDATE_EMAIL));
    // ok: php-header-injection
    mail($to, 'Hello', $text, 'From: ' . str_replace(["\r", "\n"], '', $from));
    // ok: php-header-injection
    mail($to, 'Hello', $_POST['text'], 'From: web@example.org');
    // ruleid: php-header-injection
    header($_GET['line']);
    // ok: php-header-injection
    header('X-Name: ' . $_GET['name']);
    // ruleid: php-header-injection
    setrawcookie('name', $_GET['name']);
    // ok: php-header-injection
    setrawcookie('name', rawurlencode($_GET['name']));
    // ok: php-header-injection
    setcookie('name', $_GET['name']);
}
