import base64
import json
import pickle

import jsonpickle
import yaml
from django.views import View
from flask import request


def load():
    cookie = request.cookies["cart"]
    # ruleid: python-deserialize-from-input
    pickle.loads(base64.b64decode(cookie))
    # ruleid: python-deserialize-from-input
    yaml.load(request.data, Loader=yaml.Loader)
    # ruleid: python-deserialize-from-input
    yaml.unsafe_load(request.get_data())
    # ruleid: python-deserialize-from-input
    jsonpickle.decode(request.form["state"])
    # ruleid: python-deserialize-from-input
    pickle.load(request.files["model"])
    # ok: python-deserialize-from-input
    yaml.load(request.data, Loader=yaml.SafeLoader)
    # ok: python-deserialize-from-input
    yaml.safe_load(request.data)
    # ok: python-deserialize-from-input
    json.loads(cookie)
    # ok: python-deserialize-from-input
    pickle.loads(pickle.dumps(cookie))
    with open("cart.pickle", "rb") as file:
        # ok: python-deserialize-from-input
        pickle.load(file)


class Upload(View):
    def post(self, request):
        # ruleid: python-deserialize-from-input
        return pickle.loads(request.body)
