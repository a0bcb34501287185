const fs = require("fs");
fs.mkdirSync("dist", { recursive: true });
fs.writeFileSync("dist/index.html", "<!doctype html><title>front</title><script src=/app.js></script>");
fs.writeFileSync("dist/app.js", "console.log('front')\n");
