<?php
function accept($key) {
    // ok: php-weak-hash
    return base64_encode(hash("sha1", $key . "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", true));
}
