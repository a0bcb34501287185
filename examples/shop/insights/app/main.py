"""Sales insights: a small API and, below /, the dashboard that draws from it."""

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI, Form, HTTPException

from app import cache, export, store
from app.dashboard import dashboard

api = FastAPI(title="Insights", docs_url="/api/docs", openapi_url="/api/openapi.json")


@api.get("/api/health")
def health() -> dict:
    return {"service": "insights", "database": store.reachable()}


@api.get("/api/orders")
def orders(customer: str = "") -> list[dict]:
    return store.orders_of(customer)


@api.get("/api/revenue")
def revenue() -> dict:
    found = cache.get("revenue")
    if found is None:
        found = store.revenue_by_month()
        cache.put("revenue", found)
    return found


@api.post("/api/export")
def make_export(month: str = Form(...)) -> dict:
    try:
        return {"file": export.archive(month)}
    except OSError as err:
        raise HTTPException(status_code=500, detail="the export could not be written") from err


api.mount("/", WSGIMiddleware(dashboard.server))
