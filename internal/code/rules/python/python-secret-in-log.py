import logging
import os

logger = logging.getLogger(__name__)


def login(user, password):
    # ruleid: python-secret-in-log
    logger.info("login of %s with %s", user, password)
    # ruleid: python-secret-in-log
    print("password: " + password)
    # ruleid: python-secret-in-log
    logging.debug(f"key {os.environ['API_KEY']}")
    # ok: python-secret-in-log
    logger.info("login of %s", user)
    # ok: python-secret-in-log
    logger.info("the password has %d letters", len(password))
    # ok: python-secret-in-log
    logger.info("password is wrong")
    # ok: python-secret-in-log
    logger.info("login: %s", check(user, password) == True)
