from bson import ObjectId
from flask import request
from pymongo import MongoClient

db = MongoClient().shop


def login():
    data = request.get_json()
    # ruleid: python-nosql-injection
    user = db.users.find_one({"name": data["name"], "password": data["password"]})
    # ruleid: python-nosql-injection
    db.users.find(data)
    # ok: python-nosql-injection
    db.users.find_one({"name": str(data["name"])})
    # ok: python-nosql-injection
    db.users.find_one({"_id": ObjectId(data["id"])})
    return user


def search():
    word = request.args.get("word")
    # ok: python-nosql-injection
    db.items.find({"name": word})
    # ok: python-nosql-injection
    db.items.find({"price": {"$lt": int(request.get_json()["price"])}})
