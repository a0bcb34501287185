class A {
  void f() {
    // ruleid: java-identical-operands
    if (a.b == a.b) {}
    // ruleid: java-identical-operands
    if (a && a) {}
    // ruleid: java-identical-operands
    int x = y - y;
    // ok: java-identical-operands
    if (a != a) {}
    // ok: java-identical-operands
    if (f() == f()) {}
    // ok: java-identical-operands
    if (a == b || a && b) {}
  }
}
