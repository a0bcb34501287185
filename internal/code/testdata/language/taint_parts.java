class Parts {
  void names(Box o) {
    o.a = src();
    Box p = o;
    // ruleid: parts
    sink(p.a);
    // ok: parts
    sink(p.b);
  }
}
