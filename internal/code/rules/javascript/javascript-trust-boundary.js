app.post("/login", async (req, res) => {
  // ruleid: javascript-trust-boundary
  req.session.role = req.body.role;
  const { userId } = req.body;
  // ruleid: javascript-trust-boundary
  req.session.userId = userId;
  // ruleid: javascript-trust-boundary
  req.session[req.query.key] = "yes";
  const account = await Account.findOne({ where: { name: String(req.body.name) } });
  // ok: javascript-trust-boundary
  req.session.role = account.role;
  // ok: javascript-trust-boundary
  req.session.isAdmin = false;
  // ok: javascript-trust-boundary
  req.session.language = req.body.language;
  // ok: javascript-trust-boundary
  req.session.role = req.body.guest === "yes" ? "guest" : "none";
});
