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
f = yaml.safe_load(a)
