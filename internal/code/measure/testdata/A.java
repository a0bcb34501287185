class A {
  void f(int a) { // @+1/0
    if (a > 0 && b || c && d) { g(); } // @+4/4
    else if (b) h(); // @+1/1
    else { // @+0/1
      if (c) {} // @+1/2
    }
    switch (a) { // @+0/1
      case 1: case 2: f(1, 2); break; // @+2/0
      default: g();
    }
    int z = switch (a) { case 1, 2 -> 3; default -> 4; }; // @+2/1
    out:
    for (;;) { // @+1/1
      while (a > 0) { // @+1/2
        if (b) break out; // @+1/4
      }
    }
    try { g(); } catch (E | F e) { h(); } finally { } // @+1/1
    for (int x : xs) { } // @+1/1
    do { } while (a > 0); // @+1/1
    Runnable r = () -> { // @+1/0
      if (b) { } // @+1/2
    };
    new Thread() { public void run() { // @+1/0
        boolean t = b ? c : d; // @+1/2
    } };
  }
  int f(int a, int b) { return g(a); } // @+1/0
  int g(int a) { return this.g(a - 1); } // @+1/1
  A() { this(1); } // @+1/0
  abstract void none();
}
interface I { void x(); }
