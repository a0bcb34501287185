def one(a):
    acquire()
    last(a)
    # ruleid: left-open
    return a


def two(a):
    if a:
        acquire()
        # ruleid: left-open
        last(a)
    else:
        last(a)


def three(a):
    acquire()
    for b in a:
        # ok: left-open
        last(b)
    last(a)
    done()


def four(a):
    # ok: left-open
    return a


def five(a):
    acquire()
    try:
        # ruleid: left-open
        last(a)
    except E:
        pass


def six(a):
    acquire()
    try:
        # ok: left-open
        last(a)
    finally:
        close()
