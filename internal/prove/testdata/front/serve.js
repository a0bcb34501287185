const fs = require("fs"), http = require("http");
http.createServer((req, res) => {
  const file = "dist" + (req.url === "/" ? "/index.html" : req.url);
  fs.readFile(file, (err, data) => { res.writeHead(err ? 404 : 200); res.end(data); });
}).listen(8080);
