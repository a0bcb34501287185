import os

import psycopg2

# ruleid: python-hardcoded-password
DB_PASSWORD = "h4rb0ur-lights"
# ruleid: python-hardcoded-password
api_key = "9f8e7d6c5b4a"
# ok: python-hardcoded-password
DB_PASSWORD = os.environ["DB_PASSWORD"]
# ok: python-hardcoded-password
password = ""
# ok: python-hardcoded-password
password = "password"
# ok: python-hardcoded-password
PASSWORD = "<your password>"
# ok: python-hardcoded-password
password_field = "new_password1"
# ok: python-hardcoded-password
SECRET = "DATABASE_SECRET"


def connect(user, form):
    # ruleid: python-hardcoded-password
    psycopg2.connect(user="shop", password="h4rb0ur-lights")
    # ruleid: python-hardcoded-password
    settings = {"user": "shop", "password": "h4rb0ur-lights"}
    # ruleid: python-hardcoded-password
    if user.password == "h4rb0ur-lights":
        return True
    # ok: python-hardcoded-password
    psycopg2.connect(user="shop", password=os.environ["DB_PASSWORD"])
    # ok: python-hardcoded-password
    labels = {"password": "Your password:", "token": form.token}
    # ok: python-hardcoded-password
    return settings, labels, user.password == form.password
