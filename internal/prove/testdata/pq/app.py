import psycopg2
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(libpq=psycopg2.__libpq_version__ > 0, level=psycopg2.apilevel)
