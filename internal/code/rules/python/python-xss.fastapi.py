from fastapi import FastAPI
from fastapi.responses import HTMLResponse

api = FastAPI()


@api.get("/page", response_class=HTMLResponse)
async def page(name: str, size: int):
    if size > 3:
        # ok: python-xss
        return f"<p>{size}</p>"
    # ruleid: python-xss
    return f"<p>{name}</p>"


@api.get("/item")
async def item(name: str):
    # ok: python-xss
    return name
