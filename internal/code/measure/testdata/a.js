function choices(a) { // @+1/1
  if (a) { g(); } // @+1/1
  else if (b || a && c || b) h(); // @+4/4
  else { // @+0/1
    if (c) {} // @+1/2
  }
  out: for (const x of y) { // @+1/1
    for (let i = 0; i < 1 && x; i++) // @+2/3
      continue out; // @+0/1
  }
  switch (a) { // @+0/1
    case 1: // @+1/0
    case 2: // @+1/0
      choices(); break;
    default: g();
  }
  do { a = a ?? b; b ||= 1; } while (a && b); // @+4/2
  try {} catch (e) { // @+1/1
    a = e ? 1 : 2; // @+1/2
  } finally {}
  return () => { if (a) {} }; // @+2/2
}

const top = (a) => a.map(x => x ? 1 : 2); // @+3/2

const space = function () { // @+1/0
  const state = {};
  function one() { // @+1/0
    if (state.a) { return 1; } // @+1/1
  }
  function two() { while (state.b) {} } // @+2/1
};

class A {
  m() { this.m(); } // @+1/1
  static n() { A.n; n(); } // @+1/0
  get x() { return this.y !== null && !(this.y && this.z); } // @+3/2
}
