<?php
function find($xml, $doc, $db) {
    $name = $_GET['name'];
    // ruleid: php-xpath-injection
    $xml->xpath("/users/user[name='$name']");
    // ok: php-xpath-injection
    $xml->xpath("/users/user[@id=" . (int) $name . "]");
    // ok: php-xpath-injection
    $xml->xpath("/users/user");
    $xpath = new DOMXPath($doc);
    // ruleid: php-xpath-injection
    $xpath->query("//user[name='" . $_POST['n'] . "']");
    // ruleid: php-xpath-injection
    $xpath->evaluate("count(//user[name='$name'])");
    // ok: php-xpath-injection
    $xpath->query("//user[name='admin']");
    // ok: php-xpath-injection
    $db->query($name);
    if (ctype_alnum($name)) {
        // ok: php-xpath-injection (drydock)
        $xml->xpath("/users/user[name='$name']");
    }
}
