<?php
function start() {
    // ruleid: php-session-fixation
    session_id($_GET['session']);
    $id = $_COOKIE['sid'];
    // ruleid: php-session-fixation
    session_id($id);
    // ok: php-session-fixation
    session_id(bin2hex(random_bytes(16)));
    // ok: php-session-fixation
    $now = session_id();
    // ok: php-session-fixation
    session_start();
    // ok: php-session-fixation
    session_regenerate_id(true);
}
