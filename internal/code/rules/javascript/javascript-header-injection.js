const TYPES = { png: "image/png", pdf: "application/pdf" };

app.get("/file", (req, res) => {
  const name = req.query.name;
  // ruleid: javascript-header-injection
  res.setHeader("Content-Disposition", `attachment; filename=${name}`);
  // ruleid: javascript-header-injection
  res.setHeader("Content-Type", req.query.type);
  // ruleid: javascript-header-injection
  res.set(req.query.header, "1");
  // ok: javascript-header-injection
  res.setHeader("Content-Disposition", "attachment; filename*=UTF-8''" + encodeURIComponent(name));
  // ok: javascript-header-injection
  res.setHeader("Content-Type", TYPES[req.query.type]);
  // ok: javascript-header-injection
  res.setHeader("Content-Type", "text/plain");
  // ok: javascript-header-injection
  res.set("X-Request-Id", req.headers["x-request-id"]);
  // ok: javascript-header-injection
  res.setHeader("Content-Length", Number(req.query.size));
});
