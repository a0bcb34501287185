<?php
function one($conn, $pdo) {
    $id = $_GET['id'];
    $sql = "SELECT * FROM users WHERE id = '$id'";
    // ruleid: php-sql-injection
    mysqli_query($conn, $sql);
    // ruleid: php-sql-injection
    mysqli_query($conn, "select * from t where a = " . $_POST['a']);
    // ruleid: php-sql-injection
    $pdo->query("select * from t where a = {$_COOKIE['a']}");
    // ruleid: php-sql-injection
    $pdo->exec(sprintf("delete from t where a = '%s'", $_REQUEST['a']));
    // ruleid: php-sql-injection
    $stmt = $pdo->prepare("select * from t order by " . $_GET['order']);
    $stmt->execute();
    // ruleid: php-sql-injection
    pg_query($conn, "select * from t where a = '" . trim($_GET['a']) . "'");
    // ruleid: php-sql-injection
    mysqli_query($conn, "insert into visits values ('" . $_SERVER['HTTP_USER_AGENT'] . "')");
    // ok: php-sql-injection
    mysqli_query($conn, "insert into visits values ('" . $_SERVER['SERVER_NAME'] . "')");
    // ok: php-sql-injection
    mysqli_query($conn, "select * from t where a = " . (int) $_GET['id']);
    // ok: php-sql-injection
    mysqli_query($conn, "select * from t where a = " . intval($id));
    $safe = mysqli_real_escape_string($conn, $_GET['name']);
    // ok: php-sql-injection (drydock)
    mysqli_query($conn, "select * from t where a = '$safe'");
    $ids = implode(',', array_map('intval', $_POST['ids']));
    // ok: php-sql-injection
    $pdo->query("select * from t where a in ($ids)");
    $b = isset($_GET['b']) ? $_GET['b'] : false;
    // ruleid: php-sql-injection
    $pdo->query("select * from t where a = '$b'");
    // ok: php-sql-injection
    $query = $pdo->prepare("select * from t where a = ?");
    // ok: php-sql-injection
    $query->execute([$_GET['a']]);
    $query = $pdo->prepare("select * from t where a = :a");
    $query->bindParam(':a', $id);
    // ok: php-sql-injection
    $query->execute();
    if (!is_numeric($id)) {
        die("no");
    }
    // ok: php-sql-injection (drydock)
    mysqli_query($conn, "select * from t where a = $id");
}
function two($pdo) {
    $order = $_GET['order'];
    if (!in_array($order, ['name', 'date'])) {
        $order = 'name';
    }
    // ok: php-sql-injection (drydock)
    $pdo->query("select * from t order by $order");
}
class ItemController extends Controller {
    public function show(Request $r, $id) {
        // ruleid: php-sql-injection
        DB::select("select * from items where id = $id");
        // ok: php-sql-injection
        DB::select("select * from items where id = ?", [$id]);
        // ruleid: php-sql-injection
        DB::select("select * from items where name = '" . $r->input('name') . "'");
    }
    public function edit(int $id) {
        // ok: php-sql-injection
        DB::select("select * from items where id = $id");
    }
}
class UserController {
    function index(Request $request) {
        $name = $request->input('name');
        // ruleid: php-sql-injection
        DB::select("select * from users where name = '$name'");
        // ok: php-sql-injection
        DB::select("select * from users where name = ?", [$name]);
        // ruleid: php-sql-injection
        User::whereRaw("name = '" . $request->get('name') . "'")->get();
        // ruleid: php-sql-injection
        User::where('name', $name)->whereRaw("a = '{$name}'");
        // ok: php-sql-injection
        User::where('name', $name)->get();
        // ok: php-sql-injection
        User::orderBy('x')->whereRaw('name = ?', [$name]);
        // ruleid: php-sql-injection
        DB::table('users')->select(DB::raw($request->sort));
        $id = $request->integer('id');
        // ok: php-sql-injection (drydock)
        DB::select("select * from users where id = $id");
    }
    function doctrine(Request $request, $em, $conn) {
        $name = $request->query->get('name');
        // ruleid: php-sql-injection
        $em->createQuery("select u from User u where u.name = '" . $name . "'");
        // ok: php-sql-injection
        $em->createQuery("select u from User u where u.name = :name")->setParameter('name', $name);
        // ruleid: php-sql-injection
        $conn->executeQuery("select * from users where name = '$name'");
        // ok: php-sql-injection
        $conn->executeQuery("select * from users where name = ?", [$name]);
        // ruleid: php-sql-injection
        $qb->select('u')->where("u.name = '" . $name . "'");
        // ok: php-sql-injection
        $qb->select('u')->where('u.name = :name')->setParameter('name', $name);
    }
}
