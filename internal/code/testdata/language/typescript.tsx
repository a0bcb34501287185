class K {
  f(x: Client, y: Other) {
    // ruleid: typed-parameter
    x.get("a");
    // ok: typed-parameter
    y.get("a");
  }
}
// ruleid: typed-pattern
const h = ({ body }: Request, res: Response) => { res.end(body); };
// ruleid: set
e.page += 1;
// ok: set
e.other = 1;
// ruleid: element-in-typescript
const a = <a id="b" href={c}>d</a>;
// ruleid: member-line
class L {
  x = 1;
  go() {}
  y = 2;
}
class M {
  constructor(private a: Injected, b: Injected) {}
  run() {
    // ruleid: injected
    this.a.run();
    // ok: injected
    this.b.run();
  }
  // ruleid: decorated
  @Route("/")
  async page(q) {}
}
