import logging

from flask import current_app, request

logger = logging.getLogger(__name__)


def login():
    user = request.form["user"]
    # ruleid: python-log-injection
    logger.info("login of " + user)
    # ruleid: python-log-injection
    logging.warning("login of %s", user)
    # ruleid: python-log-injection
    current_app.logger.error(f"login of {user}")
    # ok: python-log-injection
    logger.info("login of %s", user.replace("\n", " ").replace("\r", " "))
    # ok: python-log-injection
    logger.info("login of %s", repr(user))
    # ok: python-log-injection
    logger.info("login number %d", int(request.form["number"]))
    # ok: python-log-injection
    logger.info("somebody logs in")
    # ok: python-log-injection
    window.info(user)
