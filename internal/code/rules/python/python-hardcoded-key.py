import hmac
import os

import jwt
from Crypto.Cipher import AES
from cryptography.fernet import Fernet

KEY = "4f0a3c1e"


def use(claims, token, data, key):
    # ruleid: python-hardcoded-key
    jwt.encode(claims, "4f0a3c1e", algorithm="HS256")
    # ruleid: python-hardcoded-key
    jwt.encode(claims, KEY)
    # ruleid: python-hardcoded-key
    jwt.decode(token, "4f0a3c1e", algorithms=["HS256"])
    # ruleid: python-hardcoded-key
    AES.new(b"0123456789abcdef", AES.MODE_GCM)
    # ruleid: python-hardcoded-key
    Fernet(b"pQ7b0kq0uD2cT1Zb4m2mUj0bUj3oTg3l0W8n5yq1x2A=")
    # ruleid: python-hardcoded-key
    hmac.new(b"4f0a3c1e", data, "sha256")
    # ok: python-hardcoded-key
    jwt.encode(claims, os.environ["JWT_KEY"], algorithm="HS256")
    # ok: python-hardcoded-key
    AES.new(key, AES.MODE_GCM)
    # ok: python-hardcoded-key
    Fernet(Fernet.generate_key())
    # ok: python-hardcoded-key
    jwt.decode(token, "-----BEGIN PUBLIC KEY-----", algorithms=["RS256"])
