# ruleid: python-format-arguments
a = "%s and %s" % (x,)
# ruleid: python-format-arguments
a = "%s" % (x, y)
# ruleid: python-format-arguments
a = "nothing" % (x,)
# ruleid: python-format-arguments
a = "{} and {}".format(x)
# ruleid: python-format-arguments
a = "{0} and {2}".format(x, y)
# ok: python-format-arguments
a = "%s and %d%%" % (x, y)
# ok: python-format-arguments
a = "%s" % x
# ok: python-format-arguments
a = "%(a)s" % {"a": 1}
# ok: python-format-arguments
a = "%*d" % (x, y)
# ok: python-format-arguments
a = "{} {{}}".format(x)
# ok: python-format-arguments
a = "{a} {}".format(x, a=1)
# ok: python-format-arguments
a = "{} {}".format(*x)
# ok: python-format-arguments
a = 5 % (x)
