"""Installations for benchmarks: a database of its own each, set up through the product's doors."""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.benchmarks.scale_fill import fill
from tests.server import Server, migrate, serve

FEW = 1_000
FOUNDER = "founder@example.com"
PASSWORD = "correct horse battery staple"
UNTHROTTLED: dict[str, Any] = {
    "AUTH_RATE_PER_MINUTE": "1000000",
    "REGISTRATIONS_PER_HOUR": "1000000",
    "LOGIN_FAILURES_PER_ACCOUNT": "1000000",
}


def new_database(url: str, name: str) -> str:
    """The URL of one more database on the server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def installed(url: str, name: str, *, rows: int, users: int) -> dict[str, str]:
    """A new database with so many rows; returns the environment of what works on it.

    `root@example.com` is a superuser.
    """
    database = new_database(url, name)
    migrate(database)
    with serve(database, **UNTHROTTLED) as server:
        found(server)
        root = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DJANGO_SUPERUSER_EMAIL": "root@example.com"}
        done = server.manage("createsuperuser", "--no-input", **root)
        assert done.returncode == 0, done.stderr
        environment = dict(server.environment)
    started = time.monotonic()
    fill(database, rows=rows, users=users, founder=FOUNDER)
    print(f"{rows} rows of each kind in {time.monotonic() - started:.0f} s", flush=True)
    return environment


def found(server: Server) -> Mapping[str, str]:
    """Register the founder, whose organization is Acme; returns the answer."""
    body = {"email": FOUNDER, "password": PASSWORD, "organization_name": "Acme"}
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request(
        "POST", "/api/v1/auth/register", json.dumps(body), {"Content-Type": "application/json"}
    )
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    return dict(json.loads(answer.read()))
