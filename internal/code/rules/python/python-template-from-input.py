import flask
from django.template import Template
from flask import render_template, render_template_string, request
from jinja2 import Environment
from jinja2 import Template as Jinja

env = Environment(autoescape=True)


def greet():
    name = request.args["name"]
    # ruleid: python-template-from-input
    render_template_string("Hello " + name)
    # ruleid: python-template-from-input
    flask.render_template_string(f"<h1>{name}</h1>")
    # ruleid: python-template-from-input
    env.from_string("Hello %s" % name).render()
    # ruleid: python-template-from-input
    Jinja("Hello " + name).render()
    # ok: python-template-from-input
    render_template_string("Hello {{ name }}", name=name)
    # ok: python-template-from-input
    render_template("hello.html", name=name)
    # ok: python-template-from-input
    env.from_string("Hello {{ name }}").render(name=name)
    # ok: python-template-from-input
    render_template_string("Page %d" % int(request.args["page"]))


def django_view(request):
    # ruleid: python-template-from-input
    Template("Hello " + request.GET["name"])
    # ok: python-template-from-input
    Template("Hello {{ name }}")
