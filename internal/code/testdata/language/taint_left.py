def left(cache, x):
    k = key()
    # ruleid: left-index
    cache[k] = 1
    # ok: left-index
    cache["fixed"] = key()
    # ruleid: left-whole
    cache[spot()] = 1
    # ok: left-whole
    cache[1] = 1
    conf.pin = "4711"
    # ruleid: left-marked
    connect(conf)


def consume(incoming, outgoing):
    # ruleid: index-of-source-python
    deliver(incoming["to"])
    # ruleid: index-of-source-python
    deliver(f"x {incoming['parts'][0]}")
    # ok: index-of-source-python
    deliver(clean(incoming)["line"])
    # ok: index-of-source-python
    deliver(outgoing["line"])
