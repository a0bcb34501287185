"""A text that is no code: if and or while."""
import os


def simple(a):  # @+1/0
    return a


def choices(a, b, c):  # @+1/0
    if a and b and not (a or b):  # @+4/3
        return 1
    elif a or b and c:  # @+3/3
        pass
    else:  # @+0/1
        while a:  # @+1/2
            break
        else:  # @+0/1
            pass
    if a:  # @+1/1
        pass
    else:  # @+0/1
        if b:  # @+1/2
            pass


def more(a):  # @+1/0
    for x in a:  # @+1/1
        try:
            y = [i for i in a if i]  # @+2/0
        except (KeyError, ValueError) as e:  # @+1/2
            y = 1 if a else 2  # @+1/3
        finally:
            os.close(y)
        else_ = lambda q: q and y  # @+2/1
    match a:  # @+0/1
        case 1 | 2:  # @+1/0
            if x:  # @+1/2
                continue
        case _:
            pass
    with open(a) as f:
        if f:  # @+1/1
            return f


def decorator(wanted):  # @+1/0
    """Holds one function."""
    def inner(f):  # @+1/0
        if wanted:  # @+1/1
            return f
        return None
    return inner


def nested(a):  # @+1/0
    b = a
    def inner():  # @+1/0
        if b:  # @+1/2
            return 1
    return inner()


def fac(n):  # @+1/1
    return 1 if n < 2 else n * fac(n - 1)  # @+1/1


def even(n):  # @+1/1
    return odd(n - 1)


def odd(n):  # @+1/1
    return even(n - 1)


class A:
    def walk(self, n):  # @+1/1
        return self.walk(n - 1)

    def fac(self, n):  # @+1/0
        return fac(n)

    def other(self, it):  # @+1/0
        return it.other(self)


if os.name == "nt" and simple(1):  # @+2/2
    async def late():  # @+1/0
        async for x in more(1):  # @+1/1
            await x
