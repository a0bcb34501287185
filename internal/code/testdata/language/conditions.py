# ruleid: anchored-in-value
put(12)
# ok: anchored-in-value
put("a12")
# ok: not-anchored-in-value
take(12)
# ruleid: not-anchored-in-value
take(a12)
# ruleid: text-in-own-language
run("import os; os.remove(a)")
# ok: text-in-own-language
run("os.stat(a)")
# ruleid: each-condition-for-itself
both(f(left(1), right(2)))
# ok: each-condition-for-itself
both(f(left(1), left(2)))
# ruleid: named-group
make("a-4")
# ok: named-group
make("a-2")
# ok: named-group
make("b-4")
# ruleid: groups-of-their-own
q = "x1y2"


def f():
    # ruleid: statement-returned
    begin()
    return wrap(finish(1))


def g():
    # ok: statement-returned
    begin()
    call(lambda: finish(1))


# ruleid: possessive
"ababa12;"
# ok: possessive
"abab;"
