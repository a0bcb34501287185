const escapeHtml = require("escape-html");
const LABELS = { de: "Hallo", en: "Hello" };

app.get("/hello", (req, res) => {
  const name = req.query.name;
  // ruleid: javascript-xss
  res.send("<h1>Hello " + name + "</h1>");
  // ruleid: javascript-xss
  res.status(200).send(`<h1>Hello ${req.query.name}</h1>`);
  // ok: javascript-xss
  res.send("<h1>Hello " + escapeHtml(name) + "</h1>");
  // ok: javascript-xss
  res.json({ name });
  // ok: javascript-xss
  res.send({ name: name });
  // ok: javascript-xss
  res.render("hello", { name });
});

app.get("/label", (req, res) => {
  // ok: javascript-xss
  res.send("<b>" + LABELS[req.query.lang] + "</b>");
});

app.get("/count", (req, res) => {
  // ok: javascript-xss
  res.send("<p>" + Number(req.query.count) + "</p>");
});

app.get("/plain", (req, res) => {
  // ok: javascript-xss
  res.type("text/plain").send("Hello " + req.query.name);
});

app.get("/typed", (req, res) => {
  res.setHeader("Content-Type", "text/plain");
  // ok: javascript-xss
  res.end("Hello " + req.query.name);
});

app.use(function (req, res, next) {
  // ruleid: javascript-xss
  res.status(404).send("Not found: " + req.originalUrl);
});

app.post("/note", async (req, res) => {
  const { text } = req.body;
  let page = "<ul>";
  page += `<li>${text}</li>`;
  page += "</ul>";
  // ruleid: javascript-xss
  res.send(page);
});

http.createServer((req, res) => {
  res.writeHead(200, { "Content-Type": "text/html" });
  // ruleid: javascript-xss
  res.write("<p>" + req.headers["user-agent"] + "</p>");
  res.end();
});

const layout = (body) => `<html><body>${body}</body></html>`;

app.get("/page", (req, res) => {
  // ruleid: javascript-xss (drydock)
  res.send(layout(req.query.title));
});

fastify.get("/f", async (request, reply) => {
  // ruleid: javascript-xss
  return reply.type("text/html").send(`<p>${request.query.q}</p>`);
});

router.get("/k", async (ctx) => {
  // ruleid: javascript-xss
  ctx.body = `<p>${ctx.query.q}</p>`;
});
