glob = source()


def once():
    # ruleid: taint-python
    sink(glob)


def indices():
    x = {}
    x["a"] = source()
    # ruleid: taint-python
    sink(x["b"])
    x["c"] = 1
    # ok: taint-python
    sink(x)


def fields(x):
    x.a[1].b = source()
    # ruleid: taint-python
    sink(x)
    # ruleid: taint-python
    sink(x.a[2].b)
    # ok: taint-python
    sink(x.a[2].c)


def default(x=source()):
    # ruleid: taint-python
    sink(x)


def opened():
    with open(source()) as a, wrap(a) as b:
        # ruleid: taint-python
        sink(b)


def cleaned_or_left():
    x = source()
    try:
        x = clean(x)
    except ValueError:
        raise
    # ok: taint-python
    sink(x)


def nothing_thrown():
    x = ""
    try:
        pass
    except ValueError:
        x = source()
    # ok: taint-python
    sink(x)


def thrown():
    x = y = ""
    try:
        run()
    except ValueError:
        x = source()
    else:
        y = source()
    # ruleid: taint-python
    sink(x)
    # ruleid: taint-python
    sink(y)


def never_else():
    x = ""
    try:
        raise ValueError
    except ValueError:
        pass
    else:
        x = source()
    # ok: taint-python
    sink(x)


def both_return(q):
    x = source()
    try:
        return q()
    finally:
        # ruleid: taint-python
        sink(x)


def argument():
    # ruleid: taint-argument
    open_at(source())
    # ok: taint-argument
    open_at(safe(source()))
    # ok: taint-argument
    open_at(1, source())


def assignments():
    x = secret()
    y = x
    # ruleid: taint-assignments
    show(y)
    # ok: taint-assignments
    show(y + "a")
    # ok: taint-assignments
    show(y.a)
    z = f(y)
    # ok: taint-assignments
    show(z)


def numbers():
    x = source()
    # ok: taint-numbers
    text(x + 1)
    # ok: taint-numbers
    text(x == "a")
    # ok: taint-numbers
    text(not x)
    # ruleid: taint-numbers
    text(x + "a")
    # ruleid: taint-numbers
    text("%d" % x)


def control(q):
    # ok: taint-control
    enter()
    if q:
        unlock()
    # ruleid: taint-control
    enter()


def at_source():
    # ruleid: taint-at-source
    x = begin()
    # ok: taint-at-source
    end(x)


def propagated():
    # ruleid: taint-propagator
    eat(cook(source()))
    # ok: taint-propagator
    eat(cook("a"))
    # ok: taint-propagator
    eat(source())
