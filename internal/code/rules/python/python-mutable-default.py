# ruleid: python-mutable-default
def f(a, seen=[]):
    seen.append(a)


# ruleid: python-mutable-default
def g(a, seen={}):
    seen[a] = 1


# ruleid: python-mutable-default
def h(seen=list()):
    return seen


# ok: python-mutable-default
def only_read(a, names=[]):
    return a in names


# ok: python-mutable-default
def copied(names=[]):
    names = list(names)
    names.append(1)
    return names


# ok: python-mutable-default
def fixed(names=(), other=None):
    return names


# ok: python-mutable-default
def remembered(a, _cache={}):
    _cache[a] = 1


class A:
    # ruleid: python-mutable-default
    def __init__(self, rows=[], names=[]):
        self.rows = rows
        self.names = names

    def add(self, row):
        self.rows.append(row)
