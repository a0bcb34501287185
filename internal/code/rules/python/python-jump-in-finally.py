def f(a):
    try:
        g()
    finally:
        # ruleid: python-jump-in-finally
        return 1


def h(a):
    for x in a:
        try:
            g()
        finally:
            for y in x:
                # ok: python-jump-in-finally
                break
            if x:
                # ruleid: python-jump-in-finally
                continue
    try:
        # ok: python-jump-in-finally
        return 1
    finally:
        def late():
            # ok: python-jump-in-finally
            return 2
