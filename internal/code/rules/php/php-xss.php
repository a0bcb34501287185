<?php
function page($db) {
    $name = $_GET['name'];
    // ruleid: php-xss
    echo "Hello " . $name;
    // ruleid: php-xss
    echo "Hello $name";
    // ruleid: php-xss (drydock)
    echo "Hello ", $name;
    // ok: php-xss
    echo "Hello " . htmlspecialchars($name);
    // ok: php-xss
    echo "Hello " . htmlentities($name, ENT_QUOTES);
    // ok: php-xss
    echo (int) $name;
    // ok: php-xss
    echo strlen($name);
    // ruleid: php-xss
    print $name;
    // ruleid: php-xss
    print("Hello {$_POST['x']}");
    // ruleid: php-xss
    printf("<p>%s</p>", $name);
    // ok: php-xss (drydock)
    printf("<p>%d</p>", $name);
    // ok: php-xss
    echo json_encode(['name' => $name]);
    // ok: php-xss
    echo $name == 'a' ? 'yes' : 'no';
    $html = '<pre>Hello ' . $_GET['name'] . '</pre>';
    // ruleid: php-xss
    echo $html;
    $row = mysqli_fetch_assoc(mysqli_query($db, "select '$name'"));
    // ok: php-xss (drydock)
    echo $row['title'];
    // ok: php-xss
    setcookie('name', $name);
}
function missing() {
    // ruleid: php-xss
    die("No such page: " . $_SERVER['REQUEST_URI']);
}
function text() {
    header('Content-Type: application/json');
    // ok: php-xss
    echo $_GET['callback'];
}
class PageController {
    public function show(Request $request) {
        // ruleid: php-xss
        $resp = new Response('Hello ' . $request->query->get('name'));
        // ok: php-xss
        $resp = new Response('Hello ' . e($request->query->get('name')));
        // ok: php-xss
        $page = view('page', ['name' => $request->input('name')]);
        // ruleid: php-xss
        return response('Hello ' . $request->input('name'));
    }
}
?>
<!-- ruleid: php-xss -->
<p><?= $_GET['q'] ?></p>
<!-- ok: php-xss -->
<p><?= htmlspecialchars($_GET['q']) ?></p>
<!-- ruleid: php-xss -->
<p><?php echo $_GET['q']; ?></p>
