from flask import request

from jobs import backup, greet
from jobs.tools import archive, quoted


def start():
    return backup(request.args["target"])


def pack():
    archive(files=request.form.getlist("file"))


def safe():
    quoted(request.args["target"])
    greet(request.args["name"])
