const multer = require("multer");
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const TYPES = { "image/png": ".png" };

const storage = multer.diskStorage({
  destination: (req, file, cb) => cb(null, "public/uploads"),
  filename: (req, file, cb) => {
    // ruleid: javascript-upload-file-name
    cb(null, file.originalname);
  },
});

const dated = multer.diskStorage({
  filename: function (req, file, callback) {
    // ruleid: javascript-upload-file-name
    callback(null, Date.now() + "-" + file.originalname);
  },
});

const made = multer.diskStorage({
  filename: (req, file, cb) => {
    // ok: javascript-upload-file-name
    cb(null, crypto.randomUUID() + ".png");
  },
});

const typed = multer.diskStorage({
  filename(req, file, cb) {
    // ok: javascript-upload-file-name
    cb(null, crypto.randomUUID() + TYPES[file.mimetype]);
  },
});

app.post("/avatar", upload.single("avatar"), (req, res) => {
  // ruleid: javascript-upload-file-name
  fs.renameSync(req.file.path, "public/" + req.file.originalname);
  // ok: javascript-upload-file-name
  fs.renameSync(req.file.path, `public/${crypto.randomUUID()}.png`);
  res.json({ name: req.file.originalname });
});

app.post("/files", async (req, res) => {
  const doc = req.files.doc;
  // ruleid: javascript-upload-file-name
  await doc.mv("./public/" + req.files.doc.name);
  // ok: javascript-upload-file-name
  await doc.mv("./public/" + doc.md5 + ".pdf");
});
