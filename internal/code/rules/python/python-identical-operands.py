# ruleid: python-identical-operands
if a.x == a.x:
    pass
# ruleid: python-identical-operands
if a and a:
    pass
# ruleid: python-identical-operands
b = c - c
# ok: python-identical-operands
if a != a:  # not a number
    pass
# ok: python-identical-operands
if f() == f():
    pass
# ok: python-identical-operands
if a == b or a and b:
    pass
# ok: python-identical-operands
d = 1 << 1, 2 - 2, x * x, x + x
# ok: python-identical-operands
if next(it) == next(it):
    pass
