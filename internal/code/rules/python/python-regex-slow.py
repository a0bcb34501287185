import re


def look(text):
    # ruleid: python-regex-slow
    re.match(r"^(a+)+$", text)
    # ruleid: python-regex-slow
    re.compile(r"(\w*)*x")
    # ok: python-regex-slow
    re.match(r"^a+$", text)
    # ok: python-regex-slow
    re.compile(r"[a-z]+@[a-z]+")
    # ok: python-regex-slow
    re.sub(r"\s+", " ", text)
