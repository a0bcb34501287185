class Bound {
  String s = "";
  void types(Object o, Object q) {
    Object v = src();
    if (v instanceof String s) {
      // ruleid: bound
      sink(s);
    }
    // ok: bound
    if (q instanceof String t) { sink(t); }
    if (v instanceof Point(int x, Pair(var y, String z))) {
      // ruleid: bound
      sink(x);
      // ruleid: bound
      sink(z);
    }
    String r = switch (v) {
      case String t -> t;
      default -> "x";
    };
    // ruleid: bound
    sink(r);
    r = switch (o) { case String t -> t; default -> "x"; };
    // ok: bound
    sink(r);
  }
}
