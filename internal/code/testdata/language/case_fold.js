// ruleid: case-fold
foo.run(1)
// ruleid: case-fold
// ok: case-kept
FOO.run(1)
// ruleid: case-fold, case-kept
Foo.Run(1)
// ok: case-fold
foo.stop(1)
x = src()
// ruleid: case-fold-taint
Sink(x)
