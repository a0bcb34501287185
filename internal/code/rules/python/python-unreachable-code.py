def f(a):
    return a
    # ruleid: python-unreachable-code
    log(a)


def g(a):
    while a:
        if a:
            break
        else:
            continue
        # ruleid: python-unreachable-code
        log(a)
    raise ValueError
    # ruleid: python-unreachable-code
    return 1


def generator():
    return
    # ok: python-unreachable-code
    yield


def fine(a):
    if a:
        return 1
    # ok: python-unreachable-code
    log(a)
    try:
        return a
    except ValueError:
        pass
    # ok: python-unreachable-code
    return 2
