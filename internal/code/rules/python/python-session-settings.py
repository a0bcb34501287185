DEBUG = False
# ruleid: python-session-settings
SESSION_COOKIE_SECURE = False
# ruleid: python-session-settings
SESSION_COOKIE_HTTPONLY = False
# ok: python-session-settings
CSRF_COOKIE_SECURE = True
# ok: python-session-settings
CSRF_COOKIE_HTTPONLY = False
# ok: python-session-settings
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
if DEBUG:
    # ok: python-session-settings
    SESSION_COOKIE_SECURE = False


def configure(app):
    # ruleid: python-session-settings
    app.config["SESSION_COOKIE_HTTPONLY"] = False
    # ruleid: python-session-settings
    app.config.update(SESSION_COOKIE_SECURE=False, DEBUG=False)
    # ok: python-session-settings
    app.config["SESSION_COOKIE_SECURE"] = True
