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

function taken(req, res) {
  const { dir } = req.query;
  // ruleid: javascript-shell-from-request
  exec("ls " + dir);
  const { body } = req;
  // ruleid: javascript-shell-from-request
  exec("ls " + body.dir);
}

app.get("/", ({ query }, res) => {
  // ruleid: javascript-shell-from-request
  exec("ls " + query.dir);
});

function answer(mail) {
  // ok: javascript-shell-from-request
  exec("ls " + mail.body);
}
