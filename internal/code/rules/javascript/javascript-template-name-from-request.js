const path = require("path");
const PAGES = { help: "help", about: "about" };

app.get("/page", (req, res) => {
  // ruleid: javascript-template-name-from-request
  res.render(req.query.page);
  // ruleid: javascript-template-name-from-request
  res.status(404).render(req.query.page, { title: "Lost" });
  // ok: javascript-template-name-from-request
  res.render(PAGES[req.query.page] || "home");
  // ok: javascript-template-name-from-request
  res.render(path.basename(req.query.page));
  // ok: javascript-template-name-from-request
  res.render("search", { term: req.query.term });
});

app.get("/:page", async (req, res) => {
  const { page } = req.params;
  if (!["help", "about"].includes(page)) {
    return res.status(404).end();
  }
  // ok: javascript-template-name-from-request
  res.render(page);
});
