const xpath = require("xpath");

app.get("/user", (req, res) => {
  const name = req.query.name;
  // ruleid: javascript-xpath-injection
  const found = xpath.select("//user[@name='" + name + "']", doc);
  // ruleid: javascript-xpath-injection
  xpath.select1(`//user[@name='${req.query.name}']`, doc);
  // ok: javascript-xpath-injection
  xpath.parse("//user[@name=$name]").select({ node: doc, variables: { name } });
  // ok: javascript-xpath-injection
  xpath.select("//user[" + parseInt(req.query.number, 10) + "]", doc);
  // ok: javascript-xpath-injection
  xpath.select("//user", doc);
  if (!/^[a-z]+$/.test(name)) {
    return res.status(400).end();
  }
  // ok: javascript-xpath-injection
  xpath.select("//user[@name='" + name + "']", doc);
  res.json(found);
});
