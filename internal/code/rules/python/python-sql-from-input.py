import sqlite3

from flask import request

db = sqlite3.connect("x")


def show():
    name = request.args["name"]
    query = "select * from people where name = '%s'" % name
    # ruleid: python-sql-from-input
    db.cursor().execute(query)
    # ruleid: python-sql-from-input
    db.cursor().execute(f"select {request.form.get('column')} from people")


def safe():
    name = request.args["name"]
    # ok: python-sql-from-input
    db.cursor().execute("select * from people where name = ?", (name,))
    number = int(request.args["number"])
    # ok: python-sql-from-input
    db.cursor().execute("select * from people limit %d" % number)
    name = "fixed"
    # ok: python-sql-from-input
    db.cursor().execute("select * from people where name = '%s'" % name)
