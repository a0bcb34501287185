import os


def write(path, text):
    if not os.path.exists(path):
        # ruleid: python-check-then-open
        with open(path, "w") as file:
            file.write(text)
    if os.access(path, os.R_OK):
        # ruleid: python-check-then-open
        text = open(path).read()
    if os.path.exists(path):
        # ok: python-check-then-open
        text = open(path).read()
    # ok: python-check-then-open
    with open(path, "x") as file:
        file.write(text)
    if not os.path.exists("other"):
        # ok: python-check-then-open
        open(path, "w").close()
    return text
