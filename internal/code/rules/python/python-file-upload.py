import os
import uuid

from flask import abort, request
from werkzeug.utils import secure_filename

ALLOWED = {".png", ".jpg"}


def any_type():
    file = request.files["file"]
    # ruleid: python-file-upload
    file.save(os.path.join("uploads", secure_filename(file.filename)))


def a_type_of_ours():
    file = request.files["file"]
    ending = os.path.splitext(file.filename)[1].lower()
    if ending not in ALLOWED:
        abort(400)
    # ok: python-file-upload
    file.save(os.path.join("uploads", uuid.uuid4().hex + ending))


def asked_a_helper():
    file = request.files["file"]
    if file and allowed_file(file.filename):
        # ok: python-file-upload
        file.save(os.path.join("uploads", secure_filename(file.filename)))


def a_name_of_ours():
    file = request.files["file"]
    # ok: python-file-upload
    file.save(os.path.join("uploads", uuid.uuid4().hex))


def by_its_ending():
    file = request.files["file"]
    if not file.filename.endswith(".png"):
        abort(400)
    # ok: python-file-upload
    file.save("uploads/" + secure_filename(file.filename))
