<?php
function load($key) {
    // ruleid: php-deserialize-from-request
    unserialize($_COOKIE['cart']);
    // ruleid: php-deserialize-from-request
    unserialize(base64_decode($_POST['data']));
    // ok: php-deserialize-from-request
    unserialize($_POST['data'], ['allowed_classes' => false]);
    // ruleid: php-deserialize-from-request
    unserialize($_POST['data'], ['max_depth' => 3]);
    // ok: php-deserialize-from-request
    json_decode($_COOKIE['cart'], true);
    // ok: php-deserialize-from-request
    unserialize(file_get_contents('/srv/cache/cart'));
    // ruleid: php-deserialize-from-request
    yaml_parse($_POST['yaml']);
    // ok: php-deserialize-from-request
    unserialize(serialize([1, 2]));
}
