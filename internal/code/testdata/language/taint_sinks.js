function definitions() {
  const s = street();
  // ruleid: sink-definition
  const p = pack("box", s);
  let q;
  // ruleid: sink-definition
  q = pack("bag", s);
  // ok: sink-definition
  const r = pack("bag", 1);
}
function branch() {
  let w = river();
  // ruleid: sink-branch
  if (ready) {
    flush(w);
  }
  // ruleid: sink-text
  pour(w);
  w = "";
  // ok: sink-branch
  if (ready) {
    flush(w);
  }
  // ok: sink-text
  pour(w);
}
