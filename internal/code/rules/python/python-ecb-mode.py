from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def hide(key, iv):
    # ruleid: python-ecb-mode
    AES.new(key, AES.MODE_ECB)
    # ruleid: python-ecb-mode
    Cipher(algorithms.AES(key), modes.ECB())
    # ok: python-ecb-mode
    AES.new(key, AES.MODE_GCM, nonce=iv)
    # ok: python-ecb-mode
    Cipher(algorithms.AES(key), modes.CBC(iv))
    # ok: python-ecb-mode
    AES.new(key, AES.MODE_EAX)
