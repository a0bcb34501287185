def breaks(ears):
    word = ""
    for e in ears:
        if e.open():
            word = hear()
            break
    # ruleid: jumps
    say(word)


def forever(e):
    word = ""
    while True:
        if e.open():
            word = hear()
            break
        continue
    # ruleid: jumps
    say(word)


def loop_else(ears):
    word = hear()
    for e in ears:
        if e.open():
            word = ""
            break
    else:
        word = ""
    # ok: jumps
    say(word)
    for e in ears:
        word = hear()
        break
    else:
        word = ""
    # ruleid: jumps
    say(word)


def matched(mood):
    word = hear()
    match mood:
        case 1:
            word = "a"
        case _:
            word = "b"
    # ok: jumps
    say(word)
    for e in mood:
        match e:
            case 1:
                word = hear()
                break
            case _:
                return
    # ruleid: jumps
    say(word)


def handled(e):
    word = ""
    for i in e:
        try:
            word = hear()
            break
        except ValueError:
            continue
    # ruleid: jumps
    say(word)


def handler_sees_the_middle(e):
    word = ""
    try:
        word = hear()
        e.run()
        word = ""
    except ValueError:
        # ruleid: jumps
        say(word)
    # ruleid: jumps
    say(word)


def at_last(e):
    word = hear()
    try:
        e.run()
        word = ""
    except ValueError:
        word = ""
    finally:
        # ruleid: jumps
        say(word)
    # ok: jumps
    say(word)


def left_with(e):
    word = hear()
    if e:
        with e.open():
            return
    else:
        word = ""
    # ok: jumps
    say(word)
