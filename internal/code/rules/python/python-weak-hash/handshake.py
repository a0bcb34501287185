import base64
import hashlib

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(key):
    # ok: python-weak-hash
    return base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest())
