if a == 1:
    f()
elif b:
    g()
# ruleid: python-duplicate-condition
elif a == 1:
    h()
if a:
    f()
# ok: python-duplicate-condition
elif a and b:
    g()
if read():
    f()
# ok: python-duplicate-condition
elif read():
    g()
if a:
    pass
# ok: python-duplicate-condition
if a:
    pass
