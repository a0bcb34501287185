try:
    f()
except Exception:
    g()
# ruleid: python-handler-order
except ValueError:
    h()
try:
    f()
except ValueError:
    h()
# ok: python-handler-order
except Exception:
    g()
try:
    f()
except Exception:
    g()
# ok: python-handler-order
except KeyboardInterrupt:
    h()
try:
    f()
except Exception:
    g()
# ok: python-handler-order
except asyncio.CancelledError:
    h()
