<?php
function take($row) {
    // ruleid: php-variables-from-request
    extract($_GET);
    // ruleid: php-variables-from-request
    extract($_POST, EXTR_OVERWRITE);
    // ok: php-variables-from-request
    extract($_POST, EXTR_SKIP);
    // ok: php-variables-from-request
    extract($row);
    // ruleid: php-variables-from-request
    parse_str($_SERVER['QUERY_STRING']);
    // ok: php-variables-from-request
    parse_str($_SERVER['QUERY_STRING'], $values);
    foreach ($_REQUEST as $key => $value) {
        // ruleid: php-variables-from-request
        $$key = $value;
    }
    foreach ($row as $key => $value) {
        // ok: php-variables-from-request
        $$key = $value;
    }
}
