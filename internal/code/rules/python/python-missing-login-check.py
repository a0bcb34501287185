from flask import Flask
from flask_login import current_user, login_required

app = Flask(__name__)


@app.route("/orders", methods=["POST"])
@login_required
# ok: python-missing-login-check
def add_order():
    return ""


@app.post("/orders/change")
@login_required
# ok: python-missing-login-check
def change_order():
    return ""


@app.route("/orders/delete", methods=["POST"])
# ruleid: python-missing-login-check
def delete_order():
    return ""


@app.delete("/users")
# ruleid: python-missing-login-check
def delete_user():
    return ""


@app.post("/users/role")
# ok: python-missing-login-check
def role():
    if not current_user.is_admin:
        return "", 403
    return ""


@app.route("/login", methods=["POST"])
# ok: python-missing-login-check
def login():
    return ""


@app.route("/about")
# ok: python-missing-login-check
def about():
    return ""
