<?php
function files() {
    $file = $_GET['file'];
    // ruleid: php-path-traversal
    readfile('docs/' . $file);
    // ok: php-path-traversal
    readfile('docs/' . basename($file));
    // ruleid: php-path-traversal
    file_get_contents("pages/$file.html");
    // ok: php-path-traversal
    file_get_contents('https://api.example.org/' . $file);
    // ruleid: php-path-traversal
    fopen($_REQUEST['f'], 'r');
    // ruleid: php-path-traversal
    unlink('uploads/' . $_POST['name']);
    // ok: php-path-traversal
    unlink('uploads/' . (int) $_POST['id'] . '.png');
    // ruleid: php-path-traversal
    file_put_contents('notes/' . $_COOKIE['user'], 'x');
    // ok: php-path-traversal
    file_put_contents('notes/today', $_COOKIE['user']);
    // ruleid: php-path-traversal
    show_source($file);
    $pages = ['a' => 'a.html'];
    // ok: php-path-traversal
    readfile($pages[$file]);
    $path = realpath('docs/' . $file);
    if (!str_starts_with($path, '/srv/docs/')) {
        die('no');
    }
    // ok: php-path-traversal (drydock)
    readfile($path);
}
class FileController {
    public function get(Request $request) {
        // ruleid: php-path-traversal
        Storage::get($request->input('path'));
        // ok: php-path-traversal
        Storage::get('avatars/' . $request->integer('id'));
        // ruleid: php-path-traversal
        return response()->download(storage_path($request->get('name')));
    }
}
