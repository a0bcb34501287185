from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask import request
from flask_cors import CORS

app = FastAPI()
# ruleid: python-cors-any-site
CORS(app, origins="*", supports_credentials=True)
# ruleid: python-cors-any-site
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
# ruleid: python-cors-any-site
CORS_ORIGIN_ALLOW_ALL = True
# ok: python-cors-any-site
CORS(app, origins=["https://www.example.com"], supports_credentials=True)
# ok: python-cors-any-site
app.add_middleware(CORSMiddleware, allow_origins=["https://www.example.com"], allow_credentials=True)
# ok: python-cors-any-site
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=False)
# ok: python-cors-any-site
CORS_ORIGIN_ALLOW_ALL = False


def answer(resp):
    # ruleid: python-cors-any-site
    resp.headers["Access-Control-Allow-Origin"] = "*"
    # ruleid: python-cors-any-site
    resp.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin")
    # ok: python-cors-any-site
    resp.headers["Access-Control-Allow-Origin"] = "https://www.example.com"
