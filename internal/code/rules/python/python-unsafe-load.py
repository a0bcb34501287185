import pickle

import yaml
from yaml import SafeLoader

# ruleid: python-unsafe-load
a = pickle.loads(b)
# ok: python-unsafe-load
c = pickle.dumps(a)
# ruleid: python-unsafe-load
d = yaml.load(a)
# ok: python-unsafe-load
e = yaml.load(a, Loader=SafeLoader)
# ok: python-unsafe-load
h = yaml.load(a, Loader=yaml.CSafeLoader)
# ok: python-unsafe-load
i = yaml.load(a, yaml.CSafeLoader)
# ruleid: python-unsafe-load
j = yaml.load(a, Loader=yaml.Loader)
# ok: python-unsafe-load
f = yaml.safe_load(a)
# ok: python-unsafe-load
g = pickle.loads(pickle.dumps(a))


def copied(x):
    y = pickle.dumps(x)
    # ok: python-unsafe-load
    return pickle.loads(y)


def received(connection):
    # ruleid: python-unsafe-load
    return pickle.loads(connection.recv(100))
