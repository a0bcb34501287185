def answer(resp, token, options):
    # ruleid: python-cookie-for-scripts
    resp.set_cookie("session", token, secure=True)
    # ruleid: python-cookie-for-scripts
    resp.set_cookie("theme", token, httponly=False)
    # ok: python-cookie-for-scripts
    resp.set_cookie("session", token, httponly=True)
    # ok: python-cookie-for-scripts
    resp.set_cookie("theme", "dark")
    # ok: python-cookie-for-scripts
    resp.set_cookie("session", token, **options)
