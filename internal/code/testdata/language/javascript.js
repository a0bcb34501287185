import { tool as t } from "kit";

// ruleid: any-handler
app.on("a", (req, res) => go(req));
// ruleid: any-handler
app.on("a", function (req, res) { go(req); });
// ruleid: any-handler
app.on("a", async function named(req, res) { go(req); });
// ok: any-handler
app.on("a", (req) => go(req));

// ruleid: function-by-itself
const one = (x, y) => { go(x); };
class K {
  // ok: function-by-itself
  two = (x, y) => { go(x); };
}

// ruleid: field
file({ mode: "open", name: 1 });
// ok: field
file({ mode: "shut" });

page(
  // ruleid: element
  <link-to href={a}>text</link-to>,
  // ruleid: element
  <link-to id="b" href={a} />,
  // ruleid: element-strict
  <plain-to href={a} />,
  // ok: element-strict
  <plain-to href={a}>text</plain-to>,
  // ok: element-strict
  <plain-to id="b" href={a} />,
);

// ruleid: parts
const { p, q } = this.given;

// ruleid: object-strict
make({ a: 1 });
// ok: object-strict
make({ a: 1, b: 2 });

// ruleid: equal-either-way
if (right(1) == left(1)) go();
// ruleid: and-any-order
if (zero(1) && two(1) && one(1)) go();
// ruleid: resolved-part
t();
