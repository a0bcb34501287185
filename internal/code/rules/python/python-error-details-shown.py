import logging
import traceback

from fastapi import HTTPException
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/order")
def order():
    try:
        return {"order": place()}
    except KeyError:
        # ok: python-error-details-shown
        return "no such order", 404
    except Exception as error:
        # ok: python-error-details-shown
        logging.error(str(error))
        if app.debug:
            # ruleid: python-error-details-shown
            return traceback.format_exc(), 500
        # ruleid: python-error-details-shown
        return jsonify({"error": str(error)}), 500


@app.route("/pay")
def pay():
    try:
        return {"paid": place()}
    except Exception as error:
        # ruleid: python-error-details-shown
        return f"failed: {error}", 500


def item():
    try:
        return place()
    except Exception as error:
        # ruleid: python-error-details-shown
        raise HTTPException(status_code=500, detail=str(error))


def quiet():
    try:
        return place()
    except Exception as error:
        logging.exception("failed", exc_info=error)
        # ok: python-error-details-shown
        raise HTTPException(status_code=500, detail="something went wrong")


def short():
    try:
        return place()
    except Exception as error:
        # ruleid: python-error-details-shown
        raise HTTPException(500, str(error))
