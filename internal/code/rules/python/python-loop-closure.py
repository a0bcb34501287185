for i in items:
    # ruleid: python-loop-closure
    calls.append(lambda: run(i))
    # ruleid: python-loop-closure
    table[i] = lambda: run(i)
    # ok: python-loop-closure
    calls.append(lambda i=i: run(i))
    # ok: python-loop-closure
    calls.append(lambda other: run(other))
    # ok: python-loop-closure
    rows = sorted(rows, key=lambda r: r[i])
    # ok: python-loop-closure
    run(map(lambda x: x + i, rows))
