<?php
function find($db, $pdo) {
    $id = mysqli_real_escape_string($db, $_GET['id']);
    // ruleid: php-sql-escaped-without-quotes
    mysqli_query($db, "SELECT * FROM users WHERE id = $id");
    // ok: php-sql-escaped-without-quotes
    mysqli_query($db, "SELECT * FROM users WHERE id = '$id'");
    // ruleid: php-sql-escaped-without-quotes
    $sql = "SELECT name FROM users WHERE user_id = $id;";
    mysqli_query($db, $sql);
    // ok: php-sql-escaped-without-quotes
    $sql = "SELECT name FROM users WHERE user_id = '{$id}';";
    $number = (int) $id;
    // ok: php-sql-escaped-without-quotes
    mysqli_query($db, "SELECT * FROM users WHERE id = $number");
    $quoted = $pdo->quote($_GET['id']);
    // ok: php-sql-escaped-without-quotes
    $pdo->query("SELECT * FROM users WHERE id = $quoted");
    $name = addslashes($_POST['name']);
    // ruleid: php-sql-escaped-without-quotes
    mysqli_query($db, "SELECT * FROM users WHERE id = " . $name);
    // ok: php-sql-escaped-without-quotes
    mysqli_query($db, "SELECT * FROM users WHERE name = '" . $name . "'");
}
