class A {
  // ok: java-unused-variable
  int field = 1;
  int f(int b) {
    // ruleid: java-unused-variable
    int left = b + 1;
    // ok: java-unused-variable
    int used = b + 2;
    // ok: java-unused-variable
    Runnable r = () -> g(used);
    // ok: java-unused-variable
    try (Lock l = lock()) { g(1); }
    r.run();
    return b;
  }
}
