class A {
  void f() {
    // ruleid: java-identical-branches
    if (a) { g(1); } else { g(1); }
    // ruleid: java-identical-branches
    int x = a ? 1 : 1;
    // ok: java-identical-branches
    if (a) { g(1); } else { g(2); }
    // ok: java-identical-branches
    int y = a ? 1 : 2;
  }
}
