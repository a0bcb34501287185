# ruleid: python-assert-tuple
assert (a == b, "they differ")
# ok: python-assert-tuple
assert a == b, "they differ"
# ok: python-assert-tuple
assert (a == b), "they differ"
# ok: python-assert-tuple
assert (a, b) == (c, d)
