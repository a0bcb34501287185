<?php
function find($text) {
    // ruleid: php-regex-from-request (drydock)
    preg_match('/' . $_GET['q'] . '/', $text);
    // ok: php-regex-from-request
    preg_match('/' . preg_quote($_GET['q'], '/') . '/', $text);
    // ok: php-regex-from-request
    preg_match('/^[a-z]+$/', $_GET['q']);
    // ruleid: php-regex-from-request
    preg_replace($_POST['pattern'], '', $text);
    // ok: php-regex-from-request
    preg_replace('/x/', $_POST['text'], $text);
}
