"""Applications to race against: the product and the control, each a real server."""

import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
NODE_WORKERS = 2
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


Nodes = tuple[Application, Application]


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
def two_nodes(workers: int, **values: str) -> Iterator[Nodes]:
    """The product twice on an empty database, as on two machines: they share their environment."""
    shared = {
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SIGNING_KEY": secrets.token_hex(32),
        "PUBLIC_URL": "http://127.0.0.1:8000",  # the issuer of tokens: not each node's own port
        **values,
    }
    with fresh_database() as database:
        one = _served(database, workers, **shared)
        with one as first, _served(database, workers, **shared) as second:
            yield first, second


@contextmanager
def _served(
    database: Database | None = None, workers: int = WORKERS, **values: str
) -> Iterator[Application]:
    """On this database, or an empty one."""
    with ExitStack() as stack:
        mailbox = Mailbox(Path(stack.enter_context(TemporaryDirectory(prefix="hyperspeed-mail-"))))
        database = database or stack.enter_context(fresh_database())
        environment = {**ENVIRONMENT, "EMAIL_URL": mailbox.url, **values}
        server = stack.enter_context(
            serve(database.url, workers=workers, threads=THREADS, **environment)
        )
        client = Client(urlsplit(server.url).netloc)
        _wait_for_all_workers(client, server.log, workers)
        yield Application(client, database, server, mailbox)


def _wait_for_all_workers(client: Client, log: Path, workers: int) -> None:
    """A server is up when one worker answers; a race needs all of them."""
    for _ in range(BURSTS):
        race([partial(client.me, "")] * workers * THREADS)
        if len(set(re.findall(r"^worker (\S+):", log.read_text(), re.MULTILINE))) == workers:
            return
    raise ServerFailed(log.read_text())
