import ast
import importlib
import json

from fastapi import FastAPI
from flask import request

app = FastAPI()
HANDLERS = {"add": sum, "most": max}


def calculate():
    formula = request.args["formula"]
    # ruleid: python-code-from-input
    total = eval(formula)
    # ruleid: python-code-from-input
    exec("x = " + formula)
    # ruleid: python-code-from-input
    exec(compile(formula, "formula", "exec"))
    # ruleid: python-code-from-input
    importlib.import_module("plugins." + request.form["plugin"])
    # ruleid: python-code-from-input
    getattr(calculator, request.form["method"])()
    # ruleid: python-code-from-input
    str(eval(request.args["a"]))
    # ok: python-code-from-input
    ast.literal_eval(formula)
    # ok: python-code-from-input
    eval("1 + 1")
    # ok: python-code-from-input
    HANDLERS[request.args["op"]]([1, 2])
    # ok: python-code-from-input
    json.loads(formula)
    # ok: python-code-from-input
    eval("2 * %d" % int(formula))
    return total


@app.get("/sum")
def sum_of(a: int, expression: str):
    # ruleid: python-code-from-input
    eval(expression)
    # ok: python-code-from-input
    return eval(f"{a} + 1")


def dispatch(handler):
    # ok: python-code-from-input
    return getattr(handler, "do_" + request.args["op"])()
