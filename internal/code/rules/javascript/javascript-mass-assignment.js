const User = require("./models/user");

app.post("/users", async (req, res) => {
  // ruleid: javascript-mass-assignment
  const user = await User.create(req.body);
  // ruleid: javascript-mass-assignment (drydock)
  await User.findByIdAndUpdate(req.user.id, req.body, { new: true });
  // ruleid: javascript-mass-assignment
  const second = new User(req.body);
  // ruleid: javascript-mass-assignment
  Object.assign(user, req.body);
  // ruleid: javascript-mass-assignment (drydock)
  await User.updateOne({ _id: req.user.id }, { $set: req.body });
  // ruleid: javascript-mass-assignment (drydock)
  await prisma.user.create({ data: req.body });
  // ruleid: javascript-mass-assignment
  await User.create({ ...req.body, owner: req.user.id });
  const { name, email } = req.body;
  // ok: javascript-mass-assignment
  await User.create({ name, email });
  // ok: javascript-mass-assignment
  await User.create({ name: req.body.name });
  // ok: javascript-mass-assignment
  await User.create(_.pick(req.body, ["name", "email"]));
  // ok: javascript-mass-assignment
  await User.create(NEW_USER.parse(req.body));
  // ok: javascript-mass-assignment
  throw new ValidationError(req.body);
});
