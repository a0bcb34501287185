from django.db import models
from flask import request
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
FIELDS = ["name", "mail"]


class User(db.Model):
    pass


def create():
    data = request.get_json()
    # ruleid: python-mass-assignment
    user = User(**data)
    for key, value in request.form.items():
        # ruleid: python-mass-assignment
        setattr(user, key, value)
    # ruleid: python-mass-assignment
    User.objects.create(**request.get_json())
    # ok: python-mass-assignment
    User(name=data["name"], mail=data["mail"])
    # ok: python-mass-assignment
    User(**{"name": data["name"]})
    # ok: python-mass-assignment
    User(**{key: data[key] for key in FIELDS})
    for field in FIELDS:
        # ok: python-mass-assignment
        setattr(user, field, data[field])
    # ok: python-mass-assignment
    User(**UserSchema().load(data))
