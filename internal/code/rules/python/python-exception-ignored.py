import logging


def save(order):
    # ruleid: python-exception-ignored
    try:
        order.save()
    except Exception:
        pass
    # ruleid: python-exception-ignored
    try:
        order.save()
    except:
        pass
    # ok: python-exception-ignored
    try:
        order.save()
    except KeyError:
        pass
    # ok: python-exception-ignored
    try:
        order.save()
    except Exception:
        logging.exception("not saved")
    # ok: python-exception-ignored
    try:
        order.save()
    except Exception:
        raise RuntimeError("not saved")
