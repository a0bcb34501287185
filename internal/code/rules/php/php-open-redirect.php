<?php
function go() {
    // ruleid: php-open-redirect
    header("Location: " . $_GET['next']);
    // ruleid: php-open-redirect
    header("location: {$_GET['next']}");
    // ok: php-open-redirect
    header("Location: /item.php?id=" . $_GET['id']);
    // ok: php-open-redirect
    header("Location: item.php?id={$_GET['id']}");
    // ok: php-open-redirect
    header("Location: https://www.example.org/" . $_GET['page']);
    // ok: php-open-redirect
    header("Location: " . $_SERVER['PHP_SELF']);
    // ok: php-open-redirect
    header("X-Name: " . $_GET['name']);
    $pages = ['a' => '/a'];
    // ok: php-open-redirect
    header("Location: " . $pages[$_GET['a']]);
    $next = $_GET['next'];
    // ruleid: php-open-redirect
    header("Refresh: 0; url=" . $next);
    if (in_array($next, ['/', '/cart'])) {
        // ok: php-open-redirect (drydock)
        header("Location: " . $next);
    }
}
class MoveController {
    public function move(Request $request) {
        // ruleid: php-open-redirect
        $r = redirect($request->input('next'));
        // ruleid: php-open-redirect
        $r = redirect()->away($request->get('url'));
        // ok: php-open-redirect
        $r = redirect()->route('home', ['tab' => $request->get('tab')]);
        // ok: php-open-redirect
        $r = redirect('/search?q=' . $request->get('q'));
        // ruleid: php-open-redirect
        $r = $this->redirect($request->query->get('back'));
        // ok: php-open-redirect
        return $this->redirectToRoute('home', ['q' => $request->query->get('back')]);
    }
}
