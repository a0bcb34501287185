def f(path):
    # ruleid: python-resource-leak
    file = open(path)
    return file.read()


def g(path):
    # ruleid: python-resource-leak
    file = open(path)
    for line in file:
        print(line)


def closed(path):
    # ok: python-resource-leak
    file = open(path)
    try:
        return file.read()
    finally:
        file.close()


def managed(path):
    # ok: python-resource-leak
    file = open(path)
    with file:
        return file.read()


def given(path):
    # ok: python-resource-leak
    file = open(path)
    return file


def stored(self, path):
    # ok: python-resource-leak
    file = open(path)
    self.file = file


def handed_on(path):
    # ok: python-resource-leak
    file = open(path)
    return Reader(file)
