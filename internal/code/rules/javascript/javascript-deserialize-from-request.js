const serialize = require("node-serialize");
const yaml = require("js-yaml");
const v8 = require("v8");

app.post("/cart", (req, res) => {
  const text = Buffer.from(req.cookies.cart, "base64").toString();
  // ruleid: javascript-deserialize-from-request
  const cart = serialize.unserialize(text);
  // ok: javascript-deserialize-from-request
  const plain = JSON.parse(text);
  res.json(cart || plain);
});

app.post("/yaml", async (req, res) => {
  const { text } = req.body;
  // ruleid: javascript-deserialize-from-request
  const doc = yaml.load(text, { schema: yaml.DEFAULT_FULL_SCHEMA });
  // ok: javascript-deserialize-from-request
  const list = yaml.load(text, { schema: yaml.JSON_SCHEMA });
  // ok: javascript-deserialize-from-request
  const safe = yaml.safeLoad(text);
  res.json([doc, list, safe]);
});

app.post("/v8", (req, res) => {
  // ruleid: javascript-deserialize-from-request
  res.json(v8.deserialize(req.body));
});

const read = (text) => {
  // ruleid: javascript-deserialize-from-request (drydock)
  return serialize.unserialize(text);
};

app.get("/prefs", (req, res) => res.json(read(req.headers["x-prefs"])));

function stored(row) {
  // ok: javascript-deserialize-from-request
  return serialize.unserialize(row.data);
}
