# ok: python-unused-import
from __future__ import annotations
# ruleid: python-unused-import
import json
# ok: python-unused-import
import os
# ok: python-unused-import
import os.path
# ruleid: python-unused-import
import sys as system
# ruleid: python-unused-import
from a import b
# ok: python-unused-import
from a import c as c
# ok: python-unused-import
from a import used, quoted, listed
from d import kept  # noqa
try:
    # ok: python-unused-import
    import fast
except ImportError:
    fast = None


def f(x: "quoted"):
    return os.sep + used(x)  # json is only named in a comment


__all__ = ["f", "listed"]
