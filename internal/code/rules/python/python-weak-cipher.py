from Crypto.Cipher import AES, ARC4, DES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def hide(key, iv):
    # ruleid: python-weak-cipher
    DES.new(key, DES.MODE_CBC, iv)
    # ruleid: python-weak-cipher
    ARC4.new(key)
    # ruleid: python-weak-cipher
    Cipher(algorithms.TripleDES(key), modes.CBC(iv))
    # ok: python-weak-cipher
    AES.new(key, AES.MODE_GCM, iv)
    # ok: python-weak-cipher
    Cipher(algorithms.AES(key), modes.GCM(iv))
    # ok: python-weak-cipher
    algorithms.ChaCha20(key, iv)
