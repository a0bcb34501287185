def f(a):
    # ruleid: python-unused-variable
    left = g(a)
    # ok: python-unused-variable
    used = g(a)
    # ok: python-unused-variable
    _ignored = g(a)
    # ok: python-unused-variable
    first, second = a
    # ok: python-unused-variable
    for i in a:
        pass
    return used


def closure(a):
    # ok: python-unused-variable
    seen = a
    return lambda: seen


def quoted(a):
    # ok: python-unused-variable
    name = a
    return f"{name}"


def by_name(a):
    # ok: python-unused-variable
    name = a
    return "%(name)s" % locals()


def elsewhere(a):
    global state
    # ok: python-unused-variable
    state = a


class A:
    # ok: python-unused-variable
    field = 1
