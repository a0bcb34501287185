async function store(order) {
  // ruleid: javascript-swallowed-exception
  try {
    await save(order);
  } catch (err) {}
  // ruleid: javascript-swallowed-exception
  try {
    await save(order);
  } catch {
  }
  // ok: javascript-swallowed-exception
  try {
    await save(order);
  } catch (err) {
    console.error(err);
  }
  // ok: javascript-swallowed-exception
  try {
    fs.unlinkSync(order.file);
  } catch (err) {
    // it may be gone already
  }
  // ok: javascript-swallowed-exception
  try {
    return JSON.parse(order.text);
  } catch {
    return null;
  }
}
