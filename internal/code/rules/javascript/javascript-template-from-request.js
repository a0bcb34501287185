const ejs = require("ejs");
const pug = require("pug");
const handlebars = require("handlebars");
const nunjucks = require("nunjucks");
const MAILS = { welcome: "<p>Hello <%= name %></p>" };

app.get("/hello", (req, res) => {
  const name = req.query.name;
  // ruleid: javascript-template-from-request
  res.send(ejs.render("<p>Hello " + name + "</p>"));
  // ruleid: javascript-template-from-request
  res.send(pug.render(`p Hello ${req.query.name}`));
  // ok: javascript-template-from-request
  res.send(ejs.render("<p>Hello <%= name %></p>", { name }));
  // ok: javascript-template-from-request
  res.send(ejs.render(MAILS[req.query.mail], { name }));
  // ok: javascript-template-from-request
  res.send(pug.render("p You are number " + Number(req.query.number)));
});

app.post("/preview", async (req, res) => {
  const { template } = req.body;
  // ruleid: javascript-template-from-request
  const make = handlebars.compile(template);
  res.send(make({}));
});

const fill = (text, values) => {
  // ruleid: javascript-template-from-request (drydock)
  return nunjucks.renderString(text, values);
};

app.post("/mail", (req, res) => res.send(fill(req.body?.text, {})));
