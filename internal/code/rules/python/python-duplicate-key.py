x = {
    "a": 1,
    "b": 2,
    # ruleid: python-duplicate-key
    "a": 3,
    1: 1,
    # ok: python-duplicate-key
    "1": 1,
    # ruleid: python-duplicate-key
    1: 2,
}
# ok: python-duplicate-key
y = {"a": 1, **x, "a": 2}
# ok: python-duplicate-key
z = {a: 1, b: 2, f(): 1, f(): 2}
# ok: python-duplicate-key
w = {"a": {"a": 1}}
