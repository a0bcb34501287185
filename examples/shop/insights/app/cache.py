"""Keeps computed tables in Redis for a few minutes. A cache that cannot be reached is an empty cache."""

import os
import pickle

import redis

LIFETIME_SECONDS = 300

client = redis.Redis(
    host=os.environ.get("REDIS_HOST", "cache"),
    socket_connect_timeout=1,
    socket_timeout=1,
)


def get(key: str):
    try:
        blob = client.get("insights:" + key)
    except redis.RedisError:
        return None
    return pickle.loads(blob) if blob else None


def put(key: str, value) -> None:
    try:
        client.setex("insights:" + key, LIFETIME_SECONDS, pickle.dumps(value))
    except redis.RedisError:
        pass
