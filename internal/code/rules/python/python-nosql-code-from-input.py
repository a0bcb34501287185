from flask import request
from pymongo import MongoClient

db = MongoClient().shop


def search():
    # ruleid: python-nosql-code-from-input
    db.items.find({"$where": "this.name == '" + request.args["name"] + "'"})
    # ruleid: python-nosql-code-from-input
    db.items.find({"price": 1, "$where": f"this.stock > {request.args['stock']}"})
    # ok: python-nosql-code-from-input
    db.items.find({"name": request.args["name"]})
    # ok: python-nosql-code-from-input
    db.items.find({"$where": "this.stock > %d" % int(request.args["stock"])})
    # ok: python-nosql-code-from-input
    db.items.find({"$where": "this.stock > 1"})
