def starred(o):
    *a, b = src()
    # ruleid: parts
    sink(a)
    c, *d = o
    # ok: parts
    sink(d)


def names(o):
    o.a = src()
    p = o
    # ruleid: parts
    sink(p.a)
    # ok: parts
    sink(p.b)
