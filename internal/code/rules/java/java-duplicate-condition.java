class A {
  void f() {
    if (a == 1) {
      g();
    } else if (b) {
      h();
    // ruleid: java-duplicate-condition
    } else if (a == 1) {
      i();
    }
    // ok: java-duplicate-condition
    if (next()) { g(); } else if (next()) { h(); }
    // ok: java-duplicate-condition
    if (a) { g(); } else if (a && b) { h(); }
  }
}
