switch (a) {
  case 1:
    f();
  // ruleid: javascript-missing-break
  case 2:
  // ok: javascript-missing-break
  case 3:
    g();
    break;
  // ok: javascript-missing-break
  case 4:
    if (b) { return; } else { throw c; }
  // ok: javascript-missing-break
  case 5:
    f();
    // falls through
  // ok: javascript-missing-break
  case 6:
    process.exit(1);
  // ok: javascript-missing-break
  default:
    h();
}
