import enum
import sqlite3

import flask
from django.db import connection
from django.db.models.expressions import RawSQL
from fastapi import Depends, FastAPI
from flask import request
from sqlalchemy import select, text

db = sqlite3.connect("x")
app = flask.Flask(__name__)
api = FastAPI()


class Colour(enum.Enum):
    RED = "red"


COLUMNS = {"name": "name", "age": "age"}


def show():
    name = request.args["name"]
    query = "select * from people where name = '%s'" % name
    # ruleid: python-sql-from-input
    db.cursor().execute(query)
    # ruleid: python-sql-from-input
    db.cursor().execute(f"select {request.form.get('column')} from people")


@app.route("/people/<name>/<int:number>")
def by_path(name, number):
    # ruleid: python-sql-from-input
    rows = db.execute("select * from people where name = '{}'".format(name)).fetchall()
    return {"rows": rows, "number": number}


@app.route("/person/<int:number>")
def by_number(number):
    # ok: python-sql-from-input
    return {"rows": db.execute(f"select * from people where id = {number}").fetchall()}


@app.post("/search")
def search():
    body = flask.request.get_json()
    parts = []
    for word in body["words"]:
        parts.append("name like '%" + word + "%'")
    # ruleid: python-sql-from-input
    db.execute("select * from people where " + " or ".join(parts))
    # ruleid: python-sql-from-input
    db.session.execute(text("select * from people where mail = '" + body["mail"] + "'"))
    # ok: python-sql-from-input
    db.session.execute(text("select * from people where mail = :mail"), {"mail": body["mail"]})
    # ok: python-sql-from-input
    db.session.execute(select(Person).where(Person.mail == body["mail"]))
    # ok: python-sql-from-input
    db.session.execute(select(Person).filter_by(mail=body["mail"]))
    return ""


@api.get("/items")
async def items(sort: str, limit: int = 10, conn=Depends(connect)):
    # ruleid: python-sql-from-input
    await conn.fetch("select * from items order by " + sort)
    # ok: python-sql-from-input
    await conn.fetch(f"select * from items limit {limit}")
    # ok: python-sql-from-input
    await conn.fetch("select * from items order by " + COLUMNS.get(sort, "name"))
    # ok: python-sql-from-input
    await conn.fetch("select * from items order by " + COLUMNS[sort])


def django_view(request):
    term = request.GET.get("term", "")
    # ruleid: python-sql-from-input
    Person.objects.raw("select * from people where name like '%" + term + "%'")
    # ruleid: python-sql-from-input
    Person.objects.extra(where=["name = '%s'" % term])
    # ruleid: python-sql-from-input
    Person.objects.annotate(v=RawSQL("select " + term, []))
    with connection.cursor() as cursor:
        # ruleid: python-sql-from-input
        cursor.execute("select * from people where name = '%s'" % term)
        # ok: python-sql-from-input
        cursor.execute("select * from people where name = %s", [term])
    # ok: python-sql-from-input
    Person.objects.filter(name=term)


def safe():
    name = request.args["name"]
    # ok: python-sql-from-input
    db.cursor().execute("select * from people where name = ?", (name,))
    number = int(request.args["number"])
    # ok: python-sql-from-input (drydock)
    db.cursor().execute("select * from people limit %d" % number)
    name = "fixed"
    # ok: python-sql-from-input
    db.cursor().execute("select * from people where name = '%s'" % name)
    colour = Colour(request.args["colour"]).value
    # ok: python-sql-from-input (drydock)
    db.cursor().execute("select * from things where colour = '%s'" % colour)
