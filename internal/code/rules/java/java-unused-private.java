class A {
  // ruleid: java-unused-private
  private int left;
  // ok: java-unused-private
  private int used = 1;
  // ok: java-unused-private
  private static final long serialVersionUID = 1L;
  // ruleid: java-unused-private
  private void unused() {}
  // ok: java-unused-private
  private void called() {}
  // ok: java-unused-private
  private A() {}
  // ok: java-unused-private
  @Inject private Service service;
  // ok: java-unused-private
  private static final int LIMIT = 1;
  // ok: java-unused-private
  private void readObject(ObjectInputStream s) {}
  // ok: java-unused-private
  void packagePrivate() { called(); g(used); }
}
