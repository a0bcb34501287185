class A {
  int f(int a) {
    // ruleid: java-infinite-recursion
    return f(a - 1);
  }
  int one(int a) {
    // ok: java-infinite-recursion
    return a < 1 ? 1 : one(a - 1);
  }
  // ok: java-infinite-recursion
  int two(int a) { return two(a, 1); }
  int two(int a, int b) { return a + b; }
  void three(int a) {
    if (a > 0) { return; }
    // ok: java-infinite-recursion
    three(a);
  }
  // ok: java-infinite-recursion
  void four() { other.four(); }
  // ok: java-infinite-recursion
  void five(Object a) { five(convert(a)); }
}
