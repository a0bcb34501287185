const PAGES = { home: "/", shop: "/shop" };

app.get("/login", (req, res) => {
  const next = req.query.next;
  // ruleid: javascript-open-redirect
  res.redirect(next);
  // ruleid: javascript-open-redirect
  res.redirect(302, req.query.next || "/");
  // ok: javascript-open-redirect
  res.redirect(PAGES[next] || "/");
  // ok: javascript-open-redirect
  res.redirect("/people/" + next);
  // ok: javascript-open-redirect
  res.redirect("/login?next=" + encodeURIComponent(next));
});

app.post("/login", async (req, res) => {
  const { returnTo } = req.body;
  if (returnTo.startsWith("/") && !returnTo.startsWith("//")) {
    // ok: javascript-open-redirect
    return res.redirect(returnTo);
  }
  // ok: javascript-open-redirect
  res.redirect("/");
});

app.get("/out", function (req, res) {
  const to = req.query?.to;
  if (!["https://a.example/", "https://b.example/"].includes(to)) {
    return res.status(400).end();
  }
  // ok: javascript-open-redirect
  res.redirect(to);
});

app.get("/out2", ({ query }, res) => {
  // ruleid: javascript-open-redirect
  res.redirect(query.to);
});

app.get("/out3", (req, res) => {
  // ruleid: javascript-open-redirect
  res.setHeader("Location", req.query.to);
  res.statusCode = 302;
  res.end();
});

router.get("/koa", async (ctx) => {
  // ruleid: javascript-open-redirect
  ctx.redirect(ctx.query.to);
});

const leave = (res, to) => {
  // ruleid: javascript-open-redirect (drydock)
  res.redirect(to);
};

app.get("/helper", (req, res) => leave(res, req.query.to));
