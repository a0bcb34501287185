const escapeStringRegexp = require("escape-string-regexp");

app.get("/search", async (req, res) => {
  const term = req.query.term;
  // ruleid: javascript-regex-from-request
  const re = new RegExp(term, "i");
  // ruleid: javascript-regex-from-request
  const begins = RegExp("^" + req.query?.begin);
  // ok: javascript-regex-from-request
  const escaped = new RegExp(escapeStringRegexp(term), "i");
  // ok: javascript-regex-from-request
  const quoted = new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // ok: javascript-regex-from-request
  const fixed = new RegExp("^[a-z]+$").test(term);
  // ok: javascript-regex-from-request
  const times = new RegExp(`^a{${Number(req.query.times)}}$`);
  res.json(LIST.filter((x) => re.test(x) || begins.test(x) || escaped.test(x) || quoted.test(x) || fixed || times));
});

const matcher = (text) => {
  // ruleid: javascript-regex-from-request (drydock)
  return new RegExp(text);
};

app.get("/helper", (req, res) => res.json(LIST.filter((x) => matcher(req.params.text).test(x))));
