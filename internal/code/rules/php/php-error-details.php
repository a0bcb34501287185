<?php
function load($db, $sql) {
    // ruleid: php-error-details
    mysqli_query($db, $sql) or die(mysqli_error($db));
    // ok: php-error-details
    mysqli_query($db, $sql) or die('Please try again');
    if (!$db) {
        // ruleid: php-error-details
        echo "Error: " . mysqli_connect_error();
        // ok: php-error-details
        error_log(mysqli_connect_error());
    }
    try {
        $db->run();
    } catch (PDOException $e) {
        // ruleid: php-error-details
        echo 'Failed: ' . $e->getMessage();
        // ok: php-error-details
        error_log($e->getMessage());
    } catch (Exception $e) {
        // ruleid: php-error-details
        echo $e->getTraceAsString();
        // ok: php-error-details
        echo 'Please try again';
    }
    try {
        $db->run();
    } catch (ValidationException $e) {
        // ok: php-error-details
        echo $e->getMessage();
    }
}
