import re

from flask import request


def search(text):
    word = request.args["q"]
    # ruleid: python-regex-from-input
    re.search(word, text)
    # ruleid: python-regex-from-input
    re.compile("^" + word + "$")
    # ok: python-regex-from-input
    re.search(re.escape(word), text)
    # ok: python-regex-from-input
    re.search("[a-z]+", word)
    # ok: python-regex-from-input
    re.compile("x{%d}" % int(word))
