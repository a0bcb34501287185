# ruleid: python-literal-identity
if a is "x":
    pass
# ruleid: python-literal-identity
if a is not 5:
    pass
# ruleid: python-literal-identity
if a is ():
    pass
# ok: python-literal-identity
if a is None:
    pass
# ok: python-literal-identity
if a is True:
    pass
# ok: python-literal-identity
if a is b:
    pass
# ok: python-literal-identity
if a is MISSING or a == "x":
    pass
