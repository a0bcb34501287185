class A {
  void f() {
    // ruleid: java-format-arguments
    String.format("%s and %s and %s", a, b);
    // ruleid: java-format-arguments
    String.format(Locale.ROOT, "%d, %d, %d", a, b);
    // ok: java-format-arguments
    String.format("%s and %d%%%n", a, b);
    // ok: java-format-arguments
    String.format("%s and %s", values);
    // ok: java-format-arguments
    String.format("%1$s and %1$s", a);
    // ok: java-format-arguments
    String.format("%s", a, b);
    // ok: java-format-arguments
    String.format(pattern, a);
  }
}
