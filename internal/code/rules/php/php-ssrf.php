<?php
function fetch($client) {
    $url = $_GET['url'];
    // ruleid: php-ssrf
    $c = curl_init($url);
    // ruleid: php-ssrf
    curl_setopt($c, CURLOPT_URL, $url);
    // ok: php-ssrf
    curl_setopt($c, CURLOPT_USERAGENT, $url);
    // ok: php-ssrf
    curl_setopt($c, CURLOPT_URL, 'https://api.example.org/' . $url);
    // ok: php-ssrf
    curl_setopt($c, CURLOPT_URL, "https://api.example.org/users/$url");
    // ruleid: php-ssrf
    curl_setopt($c, CURLOPT_URL, "https://$url/users");
    // ruleid: php-ssrf
    file_get_contents($_POST['feed']);
    // ok: php-ssrf
    file_get_contents('pages/' . $_POST['page']);
    // ruleid: php-ssrf
    fsockopen($_GET['host'], 80);
    $client = new GuzzleHttp\Client();
    // ruleid: php-ssrf
    $client->request('GET', $url);
    // ok: php-ssrf
    $client->request('POST', 'https://api.example.org/', ['json' => $url]);
    // ruleid: php-ssrf
    $client->get($url);
    // ruleid: php-ssrf
    Http::get($url);
    // ok: php-ssrf
    Http::withHeaders([])->post('https://api.example.org/', ['u' => $url]);
    $hosts = ['a' => 'https://a.example/'];
    // ok: php-ssrf
    Http::get($hosts[$url]);
    if (in_array($url, ['https://a.example/', 'https://b.example/'])) {
        // ok: php-ssrf (drydock)
        Http::get($url);
    }
}
