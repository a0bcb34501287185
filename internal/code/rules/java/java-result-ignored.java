class A {
  void f(String name) {
    // ruleid: java-result-ignored
    name.trim();
    // ruleid: java-result-ignored
    name.toLowerCase();
    // ok: java-result-ignored
    name = name.trim();
    // ok: java-result-ignored
    g(name.trim());
    // ok: java-result-ignored
    list.add(name);
    // ok: java-result-ignored
    Function<String, String> t = s -> s.trim();
  }
}
