from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import dsa, rsa

BITS = 1024


def make():
    # ruleid: python-short-key
    RSA.generate(1024)
    # ruleid: python-short-key
    rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    # ruleid: python-short-key
    dsa.generate_private_key(key_size=1024)
    # ok: python-short-key
    RSA.generate(3072)
    # ok: python-short-key
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    # ok: python-short-key
    rsa.generate_private_key(65537, 4096)
