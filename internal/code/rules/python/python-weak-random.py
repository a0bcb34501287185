import random
import secrets
import time

from flask import Flask

app = Flask(__name__)


def number():
    # ruleid: python-weak-random
    a = random.random()
    # ruleid: python-weak-random
    b = random.choice("abc")
    # ok: python-weak-random
    c = random.SystemRandom().random()
    # ok: python-weak-random
    d = secrets.choice("abc")
    # ok: python-weak-random
    time.sleep(random.uniform(0, 1))
    # ok: python-weak-random
    random.seed(1)
    return a, b, c, d
