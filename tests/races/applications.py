"""Applications to race against: the product and the control, each a real server."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.races.client import Client, race
from tests.races.databases import Database, fresh_database
from tests.server import ServerFailed, serve

WORKERS = 4
THREADS = 8
LOGIN_FAILURES = 10
BURSTS = 100
ENVIRONMENT = {
    # The other limits are out of the way; refreshes may be ten times the log-ins.
    "AUTH_RATE_PER_MINUTE": "100000",
    "REGISTRATIONS_PER_HOUR": "100000",
    "LOGIN_FAILURES_PER_ACCOUNT": str(LOGIN_FAILURES),
    # A machine that is slow must not make a theft of a race.
    "REFRESH_RACE_LEEWAY_SECONDS": "60",
    # Names the process that answered.
    "GUNICORN_CMD_ARGS": "--access-logformat='worker %(p)s: %(r)s %(s)s'",
}


@dataclass(frozen=True)
class Application:
    """A running application: its client and its database."""

    client: Client
    database: Database


@contextmanager
def product(**values: str) -> Iterator[Application]:
    """The product on an empty database; `values` are added to its environment."""
    with fresh_database() as database, _served(database, **values) as (host, log):
        client = Client(host)
        _wait_for_all_workers(client, log)
        yield Application(client, database)


@contextmanager
def control() -> Iterator[Application]:
    """The naive application on an empty database."""
    settings = "tests.races.naive_settings"
    with (
        fresh_database() as database,
        _served(database, DJANGO_SETTINGS_MODULE=settings) as (host, log),
    ):
        client = Client(host, access_field="access", refresh_field="refresh")
        _wait_for_all_workers(client, log)
        yield Application(client, database)


@contextmanager
def _served(database: Database, **values: str) -> Iterator[tuple[str, Path]]:
    environment = {**ENVIRONMENT, **values}
    with serve(database.url, workers=WORKERS, threads=THREADS, **environment) as server:
        yield urlsplit(server.url).netloc, server.log


def _wait_for_all_workers(client: Client, log: Path) -> None:
    """A server is up when one worker answers; a race needs all of them."""
    for _ in range(BURSTS):
        race([partial(client.me, "")] * WORKERS * THREADS)
        if len(set(re.findall(r"^worker (\S+):", log.read_text(), re.MULTILINE))) == WORKERS:
            return
    raise ServerFailed(log.read_text())
