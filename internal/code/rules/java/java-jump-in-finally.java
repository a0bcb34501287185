class A {
  int f() {
    // ruleid: java-jump-in-finally
    try { g(); } finally { return 1; }
  }
  int h() {
    for (int x : xs) {
      // ruleid: java-jump-in-finally
      try { g(); } finally { if (x > 0) { continue; } }
      // ok: java-jump-in-finally
      try { return 1; } finally { for (int y : ys) { break; } }
    }
    return 2;
  }
}
