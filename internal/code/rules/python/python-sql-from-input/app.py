from flask import request

import store


def by_name():
    return store.find(request.args["name"])


def by_number():
    return store.number(int(request.args["id"]))


def bound():
    return store.bound(request.args["name"])
