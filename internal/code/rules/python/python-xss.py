import html
import json

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request
from markupsafe import Markup, escape

app = Flask(__name__)
bp = Blueprint("b", __name__)


@app.route("/hello")
def hello():
    name = request.args.get("name", "")
    if name == "json":
        # ok: python-xss
        return jsonify({"name": name})
    if name == "dict":
        # ok: python-xss
        return {"name": name}
    if name == "template":
        # ok: python-xss
        return render_template("hello.html", name=name)
    if name == "escaped":
        # ok: python-xss
        return "<h1>Hello " + html.escape(name) + "</h1>"
    if name == "number":
        # ok: python-xss
        return f"<h1>{int(name)}</h1>"
    if name == "plain":
        # ok: python-xss
        return Response(name, mimetype="text/plain")
    # ruleid: python-xss
    return "<h1>Hello " + name + "</h1>"


@bp.get("/user/<name>")
def user(name):
    page = "<p>%s</p>" % escape(name)
    if request.args.get("safe"):
        # ok: python-xss
        return page
    # ruleid: python-xss
    return "<p>{}</p>".format(name), 200


@bp.route("/bold")
def bold():
    # ruleid: python-xss
    text = Markup("<b>" + request.form["text"] + "</b>")
    # ok: python-xss
    text = Markup("<b>%s</b>") % request.form["text"]
    # ruleid: python-xss
    return make_response("Hello " + request.cookies["name"])


def django_view(request):
    name = request.GET["name"]
    # ruleid: python-xss
    HttpResponse("Hello " + name)
    # ruleid: python-xss
    mark_safe("<b>" + name + "</b>")
    # ok: python-xss
    format_html("<b>{}</b>", name)
    # ok: python-xss
    JsonResponse({"name": name})
    # ok: python-xss
    HttpResponse(name, content_type="text/plain")
    # ok: python-xss
    return render(request, "hello.html", {"name": name})


@app.route("/mail")
def mail():
    body = templates.get_template("mail.html").render(name=request.args["name"])
    if body:
        # ok: python-xss (drydock)
        return body
    # ok: python-xss
    return request.url


@app.route("/data")
def data():
    # ok: python-xss
    return json.dumps({"name": request.args["name"]}), 200, {"Content-Type": "application/json"}
