const _ = require("lodash");

app.post("/settings", (req, res) => {
  // ruleid: javascript-prototype-pollution
  _.merge(settings, req.body);
  // ruleid: javascript-prototype-pollution
  _.set(settings, req.body.path, "on");
  const { section, key, value } = req.body;
  // ruleid: javascript-prototype-pollution
  settings[section][key] = value;
  // ok: javascript-prototype-pollution
  settings.shop.title = req.body.title;
  // ok: javascript-prototype-pollution
  _.merge(settings, _.pick(req.body, ["title", "colour"]));
  // ok: javascript-prototype-pollution
  _.merge(settings, SETTINGS.parse(req.body));
  // ok: javascript-prototype-pollution
  list[Number(req.body.row)][0] = value;
  if (!["shop", "mail"].includes(section)) {
    return res.status(400).end();
  }
  // ok: javascript-prototype-pollution
  settings[section][0] = value;
});
