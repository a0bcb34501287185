<?php
function run() {
    $target = $_REQUEST['ip'];
    // ruleid: php-command-injection
    shell_exec('ping ' . $target);
    // ok: php-command-injection
    shell_exec('ping ' . escapeshellarg($target));
    // ruleid: php-command-injection
    exec("ls $target", $out);
    // ruleid: php-command-injection
    system($_GET['cmd']);
    // ruleid: php-command-injection
    passthru("cat {$_POST['f']}");
    // ruleid: php-command-injection
    popen($target, 'r');
    // ruleid: php-command-injection
    proc_open("ping $target", [], $pipes);
    // ok: php-command-injection
    proc_open(["ping", $target], [], $pipes);
    // ruleid: php-command-injection
    $out = `ping $target`;
    // ok: php-command-injection
    $out = `ping localhost`;
    // ruleid: php-command-injection
    mail($to, 'subject', 'text', 'From: a@b.example', '-f' . $_POST['from']);
    // ok: php-command-injection
    mail($to, $_POST['subject'], $_POST['text'], 'From: a@b.example', '-fweb@example.org');
    // ok: php-command-injection
    system('date');
    $port = (int) $_GET['port'];
    // ok: php-command-injection
    system("nc localhost $port");
    if (!ctype_alnum($target)) {
        exit('no');
    }
    // ok: php-command-injection (drydock)
    system("ping $target");
}
function chosen() {
    $commands = ['up' => 'uptime', 'df' => 'df -h'];
    // ok: php-command-injection
    system($commands[$_GET['c']] ?? 'date');
    switch ($_GET['c']) {
        case 'a': $c = 'uptime'; break;
        default: $c = 'date';
    }
    // ok: php-command-injection
    system($c);
}
class ShellController {
    public function run(Request $request) {
        // ruleid: php-command-injection
        Process::fromShellCommandline('convert ' . $request->get('file'));
        // ok: php-command-injection
        new Process(['convert', $request->get('file')]);
    }
}
