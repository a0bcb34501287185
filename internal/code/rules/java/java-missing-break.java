class A {
  int f(int a) {
    switch (a) {
      case 1:
        g();
      // ruleid: java-missing-break
      case 2:
      // ok: java-missing-break
      case 3:
        g();
        break;
      // ok: java-missing-break
      case 4:
        throw new E();
      // ok: java-missing-break
      case 5:
        g();
        // fall through
      // ok: java-missing-break
      default:
        h();
    }
    // ok: java-missing-break
    return switch (a) { case 1 -> 2; default -> 3; };
  }
}
