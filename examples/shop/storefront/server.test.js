"use strict";

const test = require("node:test");
const assert = require("node:assert");
const { app } = require("./server");

test("the storefront says that it lives", async () => {
  const server = app.listen(0);
  try {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/health`);
    assert.strictEqual(answer.status, 200);
    assert.strictEqual((await answer.json()).service, "storefront");
  } finally {
    server.close();
  }
});
