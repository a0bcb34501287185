import os
import tempfile


def keep(text, folder):
    # ruleid: python-predictable-temporary-file
    path = tempfile.mktemp()
    # ruleid: python-predictable-temporary-file
    with open("/tmp/shop.lock", "w") as file:
        file.write(text)
    # ok: python-predictable-temporary-file
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
    # ok: python-predictable-temporary-file
    open("/tmp/shop.lock").read()
    # ok: python-predictable-temporary-file
    open(os.path.join(folder, "shop.lock"), "w").close()
    # ok: python-predictable-temporary-file
    return path, tempfile.mkstemp()
