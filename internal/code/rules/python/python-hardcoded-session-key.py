import os
import secrets

from flask import Flask

app = Flask(__name__)
# ruleid: python-hardcoded-session-key
app.secret_key = "dev"
# ruleid: python-hardcoded-session-key
app.config["SECRET_KEY"] = "f3cfe9ed8fae309f02079dbf"
# ruleid: python-hardcoded-session-key
app.config.update(SECRET_KEY="f3cfe9ed8fae309f02079dbf")
# ruleid: python-hardcoded-session-key
SECRET_KEY = "django-insecure-1"
# ok: python-hardcoded-session-key
app.secret_key = os.environ["SECRET_KEY"]
# ok: python-hardcoded-session-key
app.config["SECRET_KEY"] = secrets.token_hex()
# ok: python-hardcoded-session-key
app.config["SESSION_COOKIE_NAME"] = "shop"
# ok: python-hardcoded-session-key
app.secret_key = ""
