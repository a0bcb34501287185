# ok: focus-within
def f(p):
    # ok: focus-within
    call(1)
    # ok: focus-within
    call(p)


# ok: focus-within
def g(p):
    # ruleid: focus-within
    put(p)


# ruleid: one-of-two
pair(1,
     # ruleid: one-of-two
     2)
# ok: two-at-once
# ruleid: one-of-two
pair(a, b())
# ruleid: two-at-once
wrap(c(1))
