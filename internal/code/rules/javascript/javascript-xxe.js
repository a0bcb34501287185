const libxmljs = require("libxmljs");

app.post("/order", (req, res) => {
  // ruleid: javascript-xxe
  const order = libxmljs.parseXml(req.body, { noent: true });
  // ok: javascript-xxe
  const plain = libxmljs.parseXml(req.body);
  // ok: javascript-xxe
  const off = libxmljs.parseXml(req.body, { noent: false, nonet: true });
  // ok: javascript-xxe
  const own = libxmljs.parseXml("<order/>", { noent: true });
  res.json([order, plain, off, own]);
});

app.post("/file", upload.single("xml"), async (req, res) => {
  const text = req.file.buffer.toString("utf8");
  // ruleid: javascript-xxe
  const doc = libxmljs.parseXmlString(text, { noblanks: true, noent: true });
  res.send(doc.root().name());
});
