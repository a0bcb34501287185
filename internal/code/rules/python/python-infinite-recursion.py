def f(a):
    b = a - 1
    # ruleid: python-infinite-recursion
    return f(b)


class A:
    def m(self):
        # ruleid: python-infinite-recursion
        self.m()

    @property
    def x(self):
        # ruleid: python-infinite-recursion
        return self.x

    @property
    def y(self):
        # ok: python-infinite-recursion
        return self._y

    def g(self):
        # ok: python-infinite-recursion
        return f(1)


def ends(a):
    if a < 1:
        return 1
    # ok: python-infinite-recursion
    return ends(a - 1)


def shortcut(a):
    # ok: python-infinite-recursion
    return a and shortcut(a - 1)


def later(a):
    # ok: python-infinite-recursion
    return lambda: later(a)
