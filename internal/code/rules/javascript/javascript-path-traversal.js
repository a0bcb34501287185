const fs = require("fs");
const fsp = require("fs/promises");
const path = require("path");
const { readFile } = require("fs/promises");
const ROOT = path.resolve("uploads");
const PAGES = { help: "help.html", about: "about.html" };

app.get("/file", (req, res) => {
  const name = req.query.name;
  // ruleid: javascript-path-traversal
  res.sendFile(path.join(ROOT, name));
  // ruleid: javascript-path-traversal
  fs.createReadStream("./uploads/" + name).pipe(res);
  // ok: javascript-path-traversal
  res.sendFile(path.join(ROOT, path.basename(name)));
  // ok: javascript-path-traversal
  res.sendFile(name, { root: ROOT });
  // ok: javascript-path-traversal
  res.sendFile(path.join(ROOT, PAGES[name]));
});

app.get("/read/:file", async (req, res) => {
  const { file } = req.params;
  // ruleid: javascript-path-traversal
  const text = await fsp.readFile(`${ROOT}/${file}`, "utf8");
  // ruleid: javascript-path-traversal
  await readFile(path.resolve(ROOT, file));
  res.send(text);
});

app.delete("/file", (req, res) => {
  const full = path.resolve(ROOT, req.body.file);
  if (!full.startsWith(ROOT + path.sep)) {
    return res.status(400).end();
  }
  // ok: javascript-path-traversal
  fs.unlinkSync(full);
});

app.delete("/any", (req, res, next) => {
  const full = path.join(ROOT, req.body?.file);
  // ruleid: javascript-path-traversal
  fs.unlink(full, (err) => (err ? next(err) : res.end()));
});

app.get("/named/:id", (req, res) => {
  const id = req.params.id;
  if (!/^[a-z0-9]+$/.test(id)) {
    throw new Error("no such report");
  }
  // ok: javascript-path-traversal
  res.download(path.join(ROOT, id + ".pdf"));
});

app.get("/number/:id", (req, res) => {
  const id = Number(req.params.id);
  // ok: javascript-path-traversal (drydock)
  res.download(`${ROOT}/${id}.pdf`);
});

function inside(name) {
  return path.join(ROOT, name);
}

app.get("/helper", (req, res) => {
  // ruleid: javascript-path-traversal (drydock)
  fs.readFile(inside(req.query.name), (err, data) => res.end(data));
});

http.createServer((req, res) => {
  // ruleid: javascript-path-traversal (drydock)
  fs.readFile("." + req.url, (err, data) => res.end(data));
});

fastify.get("/raw", async ({ query }, reply) => {
  // ruleid: javascript-path-traversal (drydock)
  return fs.promises.readFile(query.path);
});

function load(job) {
  // ok: javascript-path-traversal
  return fs.readFileSync(job.file);
}
