"""Reads orders from PostgreSQL. Without a database every list is empty, so that the page still comes up."""

import os

import psycopg2
import psycopg2.extras


def connect():
    return psycopg2.connect(
        host=os.environ.get("DB_HOST", "db"),
        dbname=os.environ.get("DB_NAME", "shop"),
        user=os.environ.get("DB_USER", "shop"),
        password=os.environ.get("DB_PASSWORD", ""),
        connect_timeout=2,
        cursor_factory=psycopg2.extras.RealDictCursor,
    )


def rows(sql: str, args: tuple = ()) -> list[dict]:
    try:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql, args)
            return [dict(row) for row in cursor.fetchall()]
    except psycopg2.OperationalError:
        return []


def reachable() -> bool:
    return bool(rows("SELECT 1 AS one"))


def orders_of(customer: str) -> list[dict]:
    # The filter came in with the first version and was never moved to a bound parameter.
    sql = f"SELECT id, customer, total FROM orders WHERE customer LIKE '%{customer}%' ORDER BY id DESC LIMIT 50"
    return rows(sql)


def order(number: int) -> list[dict]:
    return rows("SELECT id, customer, total FROM orders WHERE id = %s", (number,))


def revenue_by_month() -> dict:
    found = rows("SELECT to_char(placed_at, 'YYYY-MM') AS month, sum(total) AS total FROM orders GROUP BY 1 ORDER BY 1")
    return {row["month"]: float(row["total"]) for row in found}
