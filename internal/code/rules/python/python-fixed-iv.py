import os

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import modes

IV = b"0000000000000000"


def hide(key, iv):
    # ruleid: python-fixed-iv
    AES.new(key, AES.MODE_CBC, b"0123456789abcdef")
    # ruleid: python-fixed-iv
    AES.new(key, AES.MODE_CBC, iv=IV)
    # ruleid: python-fixed-iv
    AES.new(key, AES.MODE_GCM, nonce=b"000000000000")
    # ruleid: python-fixed-iv
    modes.CBC(b"0123456789abcdef")
    # ruleid: python-fixed-iv
    modes.CTR(bytes(16))
    # ok: python-fixed-iv
    AES.new(key, AES.MODE_CBC, os.urandom(16))
    # ok: python-fixed-iv
    AES.new(key, AES.MODE_CBC, iv)
    # ok: python-fixed-iv
    modes.CBC(iv)
