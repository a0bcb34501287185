import os
import pathlib
import shutil

from django.http import FileResponse
from fastapi import FastAPI
from flask import abort, request, send_file, send_from_directory
from werkzeug.utils import safe_join, secure_filename

api = FastAPI()
ROOT = "/srv/files"
PAGES = {"home": "home.html"}


def download():
    name = request.args["name"]
    # ruleid: python-path-traversal
    open(os.path.join(ROOT, name)).read()
    # ruleid: python-path-traversal
    send_file(ROOT + "/" + name)
    # ruleid: python-path-traversal
    os.remove(f"{ROOT}/{name}")
    # ruleid: python-path-traversal
    (pathlib.Path(ROOT) / name).read_text()
    # ruleid: python-path-traversal
    shutil.copy(name, "/tmp/x")
    # ok: python-path-traversal
    send_from_directory(ROOT, name)
    # ok: python-path-traversal
    open(os.path.join(ROOT, secure_filename(name)))
    # ok: python-path-traversal
    open(os.path.join(ROOT, os.path.basename(name)))
    # ok: python-path-traversal
    open(safe_join(ROOT, name))
    # ok: python-path-traversal
    open(os.path.join(ROOT, PAGES.get(name, "home.html")))
    # ok: python-path-traversal
    open(os.path.join(ROOT, "%d.txt" % int(name)))


def compared():
    path = os.path.realpath(os.path.join(ROOT, request.args["name"]))
    if not path.startswith(ROOT + os.sep):
        abort(404)
    # ok: python-path-traversal
    return open(path).read()


def compared_by_pathlib():
    path = (pathlib.Path(ROOT) / request.args["name"]).resolve()
    if not path.is_relative_to(ROOT):
        abort(404)
    # ok: python-path-traversal
    return path.read_text()


def not_compared():
    path = os.path.realpath(os.path.join(ROOT, request.args["name"]))
    # ruleid: python-path-traversal
    return open(path).read()


def upload():
    file = request.files["file"]
    # ruleid: python-path-traversal
    file.save(os.path.join(ROOT, file.filename))
    # ok: python-path-traversal
    file.save(os.path.join(ROOT, secure_filename(file.filename)))


@api.get("/files/{path:path}")
async def files(path: str, number: int):
    # ok: python-path-traversal
    open(f"/srv/{number}.txt")
    # ruleid: python-path-traversal
    return open("/srv/" + path).read()


def django_view(request, filename):
    # ruleid: python-path-traversal
    return FileResponse(open("/srv/" + filename, "rb"))


def a_way_up_is_refused():
    name = request.args["name"]
    if "/" in name or ".." in name:
        abort(404)
    # ok: python-path-traversal
    return open("/srv/" + name).read()
