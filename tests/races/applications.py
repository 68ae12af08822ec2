"""Applications to race against: the product and the control, each a real server."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.races.client import Client, race
from tests.races.databases import Database, fresh_database
from tests.races.mailbox import Mailbox
from tests.server import Server, ServerFailed, serve

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
    """A running application: its client, its database, its commands and what it mailed."""

    client: Client
    database: Database
    server: Server
    mailbox: Mailbox


@contextmanager
def product() -> Iterator[Application]:
    """The product on an empty database."""
    with _served() as application:
        yield application


@contextmanager
def control() -> Iterator[Application]:
    """The naive application on an empty database."""
    with _served(DJANGO_SETTINGS_MODULE="tests.races.naive_settings") as application:
        names = {"access_field": "access", "refresh_field": "refresh"}
        client = Client(application.client.host, base="/api/naive", **names)
        yield replace(application, client=client)


@contextmanager
def _served(**values: str) -> Iterator[Application]:
    with TemporaryDirectory(prefix="hyperspeed-mail-") as folder, fresh_database() as database:
        mailbox = Mailbox(Path(folder))
        environment = {**ENVIRONMENT, "EMAIL_URL": mailbox.url, **values}
        with serve(database.url, workers=WORKERS, threads=THREADS, **environment) as server:
            client = Client(urlsplit(server.url).netloc)
            _wait_for_all_workers(client, server.log)
            yield Application(client, database, server, mailbox)


def _wait_for_all_workers(client: Client, log: Path) -> None:
    """A server is up when one worker answers; a race needs all of them."""
    for _ in range(BURSTS):
        race([partial(client.me, "")] * WORKERS * THREADS)
        if len(set(re.findall(r"^worker (\S+):", log.read_text(), re.MULTILINE))) == WORKERS:
            return
    raise ServerFailed(log.read_text())
