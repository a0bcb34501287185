import os

from flask import request

from helpers.reading import Reading, header


def show():
    reading = Reading(request)
    # ruleid: python-path-traversal
    open("pages/" + reading.cookie("page"))
    # ruleid: python-path-traversal
    open("pages/" + header(request, "page"))
    # ok: python-path-traversal
    open("pages/" + reading.fixed("page"))
    # ok: python-path-traversal
    open("pages/" + os.path.basename(reading.cookie("page")))
    # ok: python-path-traversal
    return open("pages/fixed")
