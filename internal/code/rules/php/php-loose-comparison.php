<?php
function login($password, $hash, $stored, $count) {
    // ruleid: php-loose-comparison
    if (md5($password) == $stored) {
        return true;
    }
    // ok: php-loose-comparison
    if (md5($password) === $stored) {
        return true;
    }
    // ok: php-loose-comparison
    if (hash_equals($hash, $stored)) {
        return true;
    }
    // ruleid: php-loose-comparison
    if ($_GET['token'] == $stored) {
        return true;
    }
    // ok: php-loose-comparison
    if ($hash == null || $password == '') {
        return false;
    }
    // ok: php-loose-comparison
    if ($_POST['password'] != $_POST['password_confirm']) {
        return false;
    }
    // ruleid: php-loose-comparison
    if (strcmp($password, $stored) == 0) {
        return true;
    }
    // ok: php-loose-comparison
    return $count == 3;
}
