from http.server import BaseHTTPRequestHandler
from urllib.parse import quote, unquote

from flask import make_response, request

LANGUAGES = {"de": "de", "en": "en"}


def answer():
    resp = make_response("x")
    # ruleid: python-header-injection
    resp.headers["X-Language"] = request.args["lang"]
    # ruleid: python-header-injection
    resp.headers.add("X-Name", "name " + request.cookies["name"])
    # ok: python-header-injection
    resp.headers["X-Language"] = LANGUAGES.get(request.args["lang"], "en")
    # ok: python-header-injection
    resp.headers["X-Name"] = quote(request.cookies["name"])
    # ok: python-header-injection
    resp.headers["X-Page"] = str(int(request.args["page"]))
    # ok: python-header-injection
    resp.headers["X-Frame-Options"] = "DENY"
    return resp


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = unquote(self.path)
        # ruleid: python-header-injection
        self.send_header("X-Path", name)
        # ok: python-header-injection
        self.send_header("X-Path", name.replace("\n", "").replace("\r", ""))
