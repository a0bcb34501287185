from contextlib import closing

top = fetch("/")


def straight(q):
    a = fetch(q)
    # ruleid: through-a-variable
    store(a)
    b = a
    # ruleid: through-a-variable
    store(b)
    # ruleid: through-a-variable
    later(lambda: store(b))
    # ruleid: through-a-variable
    store(top)


def lost(q):
    a = fetch(q)
    while q:
        # ok: through-a-variable
        store(a)
        b = fetch(1)
        # ruleid: through-a-variable
        store(b)
    c = fetch(q)
    c.body = ""
    # ok: through-a-variable
    store(c)
    d = fetch([q])
    # ok: through-a-variable
    store(d)
    if q:
        e = fetch(1)
    else:
        e = fetch(2)
    # ok: through-a-variable
    store(e)


def chain(q):
    db = connect(q)
    cursor = db.cursor()
    # ruleid: through-a-chain
    cursor.run()
    with connect(q) as c:
        # ruleid: through-a-chain
        c.run()


def closer(q):
    h = headers(q)
    # ruleid: looked-at-closer
    emit(h)
    # ok: looked-at-closer
    emit(q)


def plain(q):
    t = take(q)
    # ok: without-the-option
    keep(t)
    # ruleid: without-the-option
    keep(take(q))
