<?php
function find($conn, $base) {
    $user = $_POST['user'];
    // ruleid: php-ldap-injection
    ldap_search($conn, $base, "(uid=$user)");
    // ok: php-ldap-injection
    ldap_search($conn, $base, "(uid=" . ldap_escape($user, '', LDAP_ESCAPE_FILTER) . ")");
    // ruleid: php-ldap-injection
    ldap_search($conn, "ou=$user,dc=example", "(uid=*)");
    // ruleid: php-ldap-injection
    ldap_list($conn, $base, '(uid=' . $_GET['u'] . ')');
    // ok: php-ldap-injection
    ldap_list($conn, $base, '(uid=*)');
    // ok: php-ldap-injection
    ldap_search($conn, $base, '(uidNumber=' . (int) $_GET['u'] . ')');
    // ok: php-ldap-injection
    ldap_bind($conn, 'cn=web', $_POST['password']);
}
