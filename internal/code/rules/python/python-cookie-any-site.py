def answer(resp, app, token):
    # ruleid: python-cookie-any-site
    resp.set_cookie("session", token, samesite="None", secure=True)
    # ruleid: python-cookie-any-site
    app.config["SESSION_COOKIE_SAMESITE"] = "None"
    # ok: python-cookie-any-site
    resp.set_cookie("session", token, samesite="Lax")
    # ok: python-cookie-any-site
    resp.set_cookie("session", token)
    # ok: python-cookie-any-site
    app.config["SESSION_COOKIE_SAMESITE"] = "Strict"


# ruleid: python-cookie-any-site
SESSION_COOKIE_SAMESITE = "None"
