def parts(q):
    match src():
        case {"cmd": c, **rest}:
            # ruleid: bound
            sink(c)
            # ruleid: bound
            sink(rest)
        case [a, *b] | (a, b):
            # ruleid: bound
            sink(b)
        case Foo(p, kind=k) as z:
            # ruleid: bound
            sink(p)
            # ruleid: bound
            sink(k)
            # ruleid: bound
            sink(z)
            # ok: bound
            sink(Foo)
            # ok: bound
            sink(kind)
        case Color.RED:
            # ok: bound
            sink(Color)
        case u:
            # ruleid: bound
            sink(u)
    match q:
        case [a, b]:
            # ok: bound
            sink(a)
