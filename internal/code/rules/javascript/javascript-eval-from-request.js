const express = require("express");
const app = express();

app.get("/", (req, res) => {
  const code = req.query.code;
  // ruleid: javascript-eval-from-request
  eval("x = " + code);
  // ok: javascript-eval-from-request
  eval("x = 1");
  const { body } = req;
  const f = `return ${req.body.expression}`;
  // ruleid: javascript-eval-from-request
  new Function("a", f);
});
