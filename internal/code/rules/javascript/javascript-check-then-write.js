const fs = require("fs");

function keep(file, text) {
  // ruleid: javascript-check-then-write
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, text);
  }
  // ruleid: javascript-check-then-write
  if (fs.existsSync(file)) {
    console.log("there");
    fs.writeFileSync(file, text);
  }
  // ok: javascript-check-then-write
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, text, { flag: "wx" });
  }
  // ok: javascript-check-then-write
  if (!fs.existsSync(file)) {
    throw new Error("no such file");
  }
  // ok: javascript-check-then-write
  if (!fs.existsSync("data")) {
    fs.mkdirSync("data", { recursive: true });
  }
  // ok: javascript-check-then-write
  fs.writeFileSync(file, text);
}
