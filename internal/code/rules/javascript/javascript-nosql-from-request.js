const mongoose = require("mongoose");
const sanitize = require("mongo-sanitize");
const User = mongoose.model("User");

app.post("/login", async (req, res) => {
  const { email, password } = req.body;
  // ruleid: javascript-nosql-from-request (drydock)
  const user = await User.findOne({ email: req.body.email, password: req.body.password });
  // ruleid: javascript-nosql-from-request (drydock)
  await User.findOne({ email, password });
  // ok: javascript-nosql-from-request
  await User.findOne({ email: String(email) });
  // ok: javascript-nosql-from-request
  await User.findOne({ email: { $eq: email } });
  // ok: javascript-nosql-from-request
  await User.findOne({ email: sanitize(email) });
  res.json(user);
});

app.get("/find", (req, res, next) => {
  // ruleid: javascript-nosql-from-request
  User.find(req.query, (err, list) => (err ? next(err) : res.json(list)));
  // ruleid: javascript-nosql-from-request
  db.collection("users").deleteMany({ owner: req.query?.owner });
});

app.get("/users/:id", async (req, res) => {
  // ok: javascript-nosql-from-request
  res.json(await User.findOne({ _id: req.params.id }));
});

app.post("/typed", async (req, res) => {
  const name = req.body.name;
  if (typeof name !== "string") {
    return res.status(400).end();
  }
  // ok: javascript-nosql-from-request
  res.json(await User.findOne({ name }));
});

app.post("/schema", async (req, res) => {
  const input = LOGIN.parse(req.body);
  // ok: javascript-nosql-from-request
  res.json(await User.findOne({ name: input.name }));
});

const byName = (name) => {
  // ruleid: javascript-nosql-from-request (drydock)
  return User.findOne({ name });
};

app.post("/helper", async (req, res) => res.json(await byName(req.body.name)));
