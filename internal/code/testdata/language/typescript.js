@Component
class M {
  constructor(a: Injected) {}
  go() {
    // ruleid: injected
    this.a.run();
  }
}
