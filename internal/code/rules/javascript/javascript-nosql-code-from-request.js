app.get("/notes", async (req, res) => {
  const owner = req.query.owner;
  // ruleid: javascript-nosql-code-from-request
  const list = await Note.find({ $where: `this.owner == '${owner}'` });
  // ruleid: javascript-nosql-code-from-request
  await db.collection("notes").find({ $where: "this.owner == '" + req.query.owner + "'" }).toArray();
  // ok: javascript-nosql-code-from-request
  await Note.find({ owner: String(owner) });
  // ok: javascript-nosql-code-from-request
  await Note.find({ $where: "this.a == this.b" });
  // ok: javascript-nosql-code-from-request
  await Note.find({ $where: "this.stars > " + parseInt(req.query.stars) });
  res.json(list);
});

const since = (year) => {
  // ruleid: javascript-nosql-code-from-request (drydock)
  return Note.$where("this.year > " + year);
};

app.get("/since", async (req, res) => res.json(await since(req.params.year)));
