async function save() {}
function plain() {}
async function f() {
  // ruleid: javascript-missing-await
  save();
  // ok: javascript-missing-await
  await save();
  // ok: javascript-missing-await
  save().catch(log);
  // ok: javascript-missing-await
  void save();
  // ok: javascript-missing-await
  plain();
  // ok: javascript-missing-await
  const p = save();
}
function sync() {
  // ok: javascript-missing-await
  save();
}
