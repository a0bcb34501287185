const fs = require("fs");
fs.mkdirSync("dist", { recursive: true });
fs.writeFileSync("dist/index.html", "<!doctype html><title>front</title><link rel=stylesheet href=/style.css><p>hello");
fs.copyFileSync("src/style.css", "dist/style.css");
