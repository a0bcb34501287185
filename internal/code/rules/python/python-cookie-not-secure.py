def answer(resp, token, options):
    # ruleid: python-cookie-not-secure
    resp.set_cookie("session", token)
    # ruleid: python-cookie-not-secure
    resp.set_cookie("session", token, httponly=True, secure=False)
    # ruleid: python-cookie-not-secure
    resp.set_cookie("session", token, max_age=3600, path="/")
    # ok: python-cookie-not-secure
    resp.set_cookie("session", token, secure=True, httponly=True)
    # ok: python-cookie-not-secure
    resp.set_cookie("session", token, **options)
    # ok: python-cookie-not-secure
    resp.set_cookie("session", "", max_age=0)
    # ok: python-cookie-not-secure
    resp.set_cookie("session", token, secure=options.secure)
