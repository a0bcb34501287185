import random
import secrets
import string


def make(user):
    # ruleid: python-weak-random-secret
    token = "".join(random.choice(string.ascii_letters) for _ in range(20))
    # ruleid: python-weak-random-secret
    user.reset_code = random.randint(100000, 999999)
    # ruleid: python-weak-random-secret
    user.save(password=str(random.random()))
    # ok: python-weak-random-secret
    secret = secrets.token_urlsafe(20)
    # ok: python-weak-random-secret
    password = "".join(secrets.choice(string.ascii_letters) for _ in range(20))
    # ok: python-weak-random-secret
    colour = random.choice(["red", "green"])
    # ok: python-weak-random-secret
    pin = random.SystemRandom().randint(1000, 9999)
    return token, secret, password, colour, pin


def make_token():
    # ruleid: python-weak-random-secret
    return "%016x" % random.getrandbits(64)
