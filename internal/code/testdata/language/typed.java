import work.Job;

class Typed {
  void m(Job j, Task t) {
    // ruleid: type-bound
    j.run();
    // ok: type-bound
    t.run();
    // ruleid: type-resolved
    j.halt();
    // ok: type-resolved
    t.halt();
  }

  public void one(
      // ruleid: any-parameter
      String a,
      // ruleid: any-parameter
      int b) {
  }

  // ok: any-parameter
  public void none() {
  }
}
