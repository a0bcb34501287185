class A {
  boolean f(String name, String other) {
    // ruleid: java-string-compare
    if (name == "admin") { return true; }
    // ruleid: java-string-compare
    if ("" != name) { return true; }
    // ok: java-string-compare
    if ("admin".equals(name)) { return true; }
    // ok: java-string-compare
    if (name == null) { return true; }
    // ok: java-string-compare
    return 'a' == name.charAt(0);
  }
}
