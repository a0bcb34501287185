def definitions():
    # ruleid: sink-definition
    p = pack(street())
    # ok: sink-definition
    q = pack("x")


def sequence():
    w = river()
    # ruleid: sink-sequence
    open()
    use(w)
    close()
    w = ""
    # ok: sink-sequence
    open()
    use(w)
    close()


def text():
    w = river()
    # ruleid: sink-text
    pour(w)
    # ok: sink-text
    pour("w")


def condition():
    w = lake()
    # ruleid: sink-if
    if w:
        pass
    w = ""
    # ok: sink-if
    if w:
        pass
