<?php
class Pages {
    public function show(Request $request, $twig) {
        $name = $request->query->get('name');
        // ruleid: php-template-injection
        $twig->createTemplate("Hello $name");
        // ok: php-template-injection
        $twig->render('hello.html.twig', ['name' => $name]);
        // ok: php-template-injection
        $twig->createTemplate('Hello {{ name }}')->render(['name' => $name]);
        // ruleid: php-template-injection
        $twig->render("Hello " . $_GET['name']);
        // ruleid: php-template-injection
        Blade::render($request->input('text'));
        // ok: php-template-injection
        Blade::render('Hello {{ $name }}', ['name' => $name]);
    }
}
