class Fields {
  private String a = source();
  String open = source();
  private static String b;
  private String twice = source();
  private String one;
  private String two;
  static { b = source(); }
  Fields() { this.one = "one"; two = "one"; }

  void m() {
    // ruleid: taint-java
    sink(a);
    // ruleid: taint-java
    sink(this.a);
    // ok: taint-java
    sink(open);
    // ruleid: taint-java
    sink(b);
    // ok: taint-java
    sink(twice);
    twice = "";
    // ruleid: constant-java
    text(one);
    // ok: constant-java
    text(two);
    two = "two";
  }

  void accessors() {
    Thing t = new Thing();
    t.setName(source());
    // ruleid: taint-java
    sink(t.name);
    // ruleid: taint-java
    sink(t.getName());
    // ok: taint-java
    sink(t.getOther());
    this.q = source();
    // ruleid: taint-java
    sink(q);
  }
}
