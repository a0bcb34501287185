import urllib.request

import aiohttp
import httpx
import requests
from fastapi import FastAPI
from flask import request

api = FastAPI()
FEEDS = {"news": "https://news.example/feed"}


def fetch():
    url = request.args["url"]
    # ruleid: python-ssrf
    requests.get(url, timeout=3)
    # ruleid: python-ssrf
    httpx.post(f"https://{request.args['host']}/hook", json={})
    # ruleid: python-ssrf
    urllib.request.urlopen("http://" + url)
    # ruleid: python-ssrf
    requests.request("GET", url)
    session = requests.Session()
    # ruleid: python-ssrf
    session.get(url)
    # ok: python-ssrf
    requests.get(FEEDS[request.args["feed"]])
    # ok: python-ssrf
    requests.get("https://api.example/people/" + url)
    # ok: python-ssrf
    requests.get(f"https://api.example/people/{url}")
    # ok: python-ssrf
    requests.get("https://api.example/search", params={"q": url})
    # ok: python-ssrf
    requests.get("http://127.0.0.1:8000/people/%d" % int(request.args["id"]))


@api.post("/hook")
async def hook(url: str):
    async with aiohttp.ClientSession() as session:
        # ruleid: python-ssrf
        async with session.get(url) as answer:
            return await answer.json()


def of_a_dictionary(settings):
    # ok: python-ssrf
    settings.get(request.args["url"])
