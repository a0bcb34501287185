class A {
  int f(String path) {
    // ruleid: java-resource-leak
    InputStream in = new FileInputStream(path);
    return in.read();
  }
  int closed(String path) {
    // ok: java-resource-leak
    InputStream in = new FileInputStream(path);
    try { return in.read(); } finally { in.close(); }
  }
  int managed(String path) {
    // ok: java-resource-leak
    try (InputStream in = new FileInputStream(path)) { return in.read(); }
  }
  InputStream given(String path) {
    // ok: java-resource-leak
    InputStream in = new FileInputStream(path);
    return in;
  }
  A(String path) {
    // ok: java-resource-leak
    this.in = new FileInputStream(path);
    // ok: java-resource-leak
    in = new FileInputStream(path);
  }
  void wrapped(String path) {
    // ok: java-resource-leak
    InputStream in = new FileInputStream(path);
    this.reader = new Reader(in);
  }
}
