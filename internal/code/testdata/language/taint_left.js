function left(cache, x) {
  const k = key();
  // ruleid: left-index
  cache[k] = 1;
  // ruleid: left-index
  cache[key()] = 2;
  // ok: left-index
  cache["fixed"] = key();
  // ruleid: left-whole
  cache[spot()] = 1;
  // ruleid: left-whole
  cache["a"] = spot();
  // ok: left-whole
  cache["a"] = 2;
  let y = (cache[spot2()] = 3);
  const conf = {};
  const other = {};
  conf.pin = "4711";
  // ruleid: left-marked
  connect(conf);
  other.pin = x;
  // ok: left-marked
  connect(other);
}
function consume(incoming, outgoing) {
  // ruleid: index-of-source-javascript
  deliver(incoming["to"]);
  // ruleid: index-of-source-javascript
  deliver(incoming["a"][0].b);
  const part = incoming["line"];
  // ruleid: index-of-source-javascript
  deliver(`x ${part}`);
  // ok: index-of-source-javascript
  deliver(clean(incoming["line"]));
  // ok: index-of-source-javascript
  deliver(outgoing["line"]);
}
