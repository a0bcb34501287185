import flask
from flask import request, session

ROLES = {"a": "admin", "u": "user"}


def login():
    # ruleid: python-trust-boundary
    session["role"] = request.form["role"]
    # ruleid: python-trust-boundary
    flask.session[request.form["key"]] = "1"
    # ok: python-trust-boundary
    session["role"] = ROLES.get(request.form["role"])
    # ok: python-trust-boundary
    session["page"] = int(request.args["page"])
    # ok: python-trust-boundary
    session["role"] = "user"
    table = {}
    # ok: python-trust-boundary
    table["role"] = request.form["role"]


def view(request):
    # ruleid: python-trust-boundary
    request.session["cart"] = request.POST["cart"]
    # ok: python-trust-boundary
    request.session["seen"] = True
