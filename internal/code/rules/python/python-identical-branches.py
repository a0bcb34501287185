# ruleid: python-identical-branches
if a:
    f(1)
else:
    f(1)
# ruleid: python-identical-branches
x = 1 if a else 1
# ok: python-identical-branches
y = 1 if a else 2
# ok: python-identical-branches
if a:
    f(1)
else:
    f(2)
# ok: python-identical-branches
if a:
    f(1)
elif b:
    g(1)
else:
    g(1)
# ok: python-identical-branches
if a:
    pass
else:
    pass
