const cp = require("child_process");
const { exec } = require("child_process");

function handle(req, res) {
  const dir = req.query.dir;
  // ruleid: javascript-shell-from-request
  exec("ls " + dir, (e, out) => res.send(out));
  // ruleid: javascript-shell-from-request
  cp.execSync(`ls ${req.body.dir}`);
  // ok: javascript-shell-from-request
  cp.execFile("ls", [dir]);
  // ok: javascript-shell-from-request
  exec("ls /tmp");
}
