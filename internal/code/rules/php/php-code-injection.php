<?php
function run($numbers) {
    // ruleid: php-code-injection
    eval($_POST['code']);
    $sum = $_GET['sum'];
    // ruleid: php-code-injection
    eval("\$x = $sum;");
    // ok: php-code-injection
    eval('$x = ' . intval($sum) . ';');
    // ok: php-code-injection
    eval('$x = 1;');
    // ruleid: php-code-injection
    assert("'" . $sum . "' == 1");
    // ruleid: php-code-injection
    $f = create_function('$a', $_GET['body']);
    // ruleid: php-code-injection
    preg_replace('/(.*)/e', $_GET['new'], 'text');
    // ok: php-code-injection
    preg_replace('/(.*)/', $_GET['new'], 'text');
    // ruleid: php-code-injection
    call_user_func($_GET['f'], 1);
    // ok: php-code-injection
    call_user_func('trim', $_GET['f']);
    $name = $_REQUEST['name'];
    // ruleid: php-code-injection
    $name('x');
    // ok: php-code-injection
    $request->file('f')->store('x');
    $allowed = ['a' => 'addUp', 'b' => 'average'];
    // ok: php-code-injection
    $allowed[$name]($numbers);
    // ok: php-code-injection
    array_map('trim', $_POST);
    if (in_array($name, ['addUp', 'average'], true)) {
        // ok: php-code-injection (drydock)
        $name($numbers);
    }
}
