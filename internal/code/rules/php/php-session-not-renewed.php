<?php
function login($row, $password) {
    if (password_verify($password, $row['hash'])) {
        // ruleid: php-session-not-renewed
        $_SESSION['user_id'] = $row['id'];
    }
}
function login2($row, $password) {
    if (password_verify($password, $row['hash'])) {
        session_regenerate_id(true);
        // ok: php-session-not-renewed
        $_SESSION['user_id'] = $row['id'];
    }
}
function remember($row) {
    // ok: php-session-not-renewed
    $_SESSION['user_id'] = $row['id'];
    if ($row['password_verify']) {
        // ok: php-session-not-renewed
        $_SESSION['theme'] = $row['theme'];
    }
}
