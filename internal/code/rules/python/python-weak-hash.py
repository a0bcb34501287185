import hashlib
import hmac

from Crypto.Hash import MD5, SHA256
from cryptography.hazmat.primitives import hashes

WEAK = "sha1"


def sums(data, key):
    # ruleid: python-weak-hash
    hashlib.md5(data).hexdigest()
    # ruleid: python-weak-hash
    hashlib.new("md5", data)
    # ruleid: python-weak-hash
    hashlib.new(WEAK)
    # ruleid: python-weak-hash
    MD5.new(data)
    # ruleid: python-weak-hash
    hashes.Hash(hashes.SHA1())
    # ok: python-weak-hash
    hashlib.sha256(data).hexdigest()
    # ok: python-weak-hash
    hashlib.md5(data, usedforsecurity=False)
    # ok: python-weak-hash
    hashlib.new("sha512", data)
    # ok: python-weak-hash
    SHA256.new(data)
    # ok: python-weak-hash
    hashes.Hash(hashes.SHA256())
    # ok: python-weak-hash
    hmac.new(key, data, hashlib.sha256)
