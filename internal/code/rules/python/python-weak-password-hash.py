import hashlib
import os

import bcrypt


def keep(user, password, data):
    # ruleid: python-weak-password-hash
    user.hash = hashlib.sha256(password.encode()).hexdigest()
    # ruleid: python-weak-password-hash
    hashlib.md5((user.salt + data["password"]).encode())
    digest = hashlib.sha512()
    # ruleid: python-weak-password-hash
    digest.update(password.encode())
    # ok: python-weak-password-hash
    hashlib.pbkdf2_hmac("sha256", password.encode(), os.urandom(16), 600000)
    # ok: python-weak-password-hash
    bcrypt.hashpw(password.encode(), bcrypt.gensalt())
    # ok: python-weak-password-hash
    hashlib.sha256(data["file"]).hexdigest()
