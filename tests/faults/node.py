"""A server that faults are done to, and the answers that it gives meanwhile."""

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tests.faults.proxy import Link, link_to
from tests.races.client import Client, race
from tests.races.databases import Database, fresh_database
from tests.server import Server, ServerFailed, serve

WORKERS = 4
THREADS = 8
BURSTS = 100
SETTLING = 5
ANSWER_SECONDS = 60
ENVIRONMENT = {
    "AUTH_RATE_PER_MINUTE": "100000",
    "REGISTRATIONS_PER_HOUR": "100000",
    "LOGIN_FAILURES_PER_ACCOUNT": "100000",
    # Names the process that answered.
    "GUNICORN_CMD_ARGS": "--access-logformat='worker %(p)s: %(r)s %(s)s'",
}
# Workers are forked from a master that has loaded everything: a dead one is replaced at once.
PRELOADED = {"GUNICORN_CMD_ARGS": f"{ENVIRONMENT['GUNICORN_CMD_ARGS']} --preload"}


@dataclass(frozen=True)
class Reply:
    """What came back, and after how long."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    seconds: float

    @property
    def body(self) -> dict[str, Any]:
        """The object in the JSON of the answer."""
        return dict(json.loads(self.content))

    @property
    def is_unavailable(self) -> bool:
        """Whether it is the 503 of the contract, whole: with Retry-After, in JSON."""
        return (
            self.status == 503
            and int(self.headers["Retry-After"]) >= 1
            and self.headers["Content-Type"] == "application/json"
            and self.body.keys() == {"error", "code", "request_id"}
            and self.body["code"] == "service_unavailable"
        )


@dataclass(frozen=True)
class Node:
    """A running server, its database, and the link between them (PostgreSQL)."""

    server: Server
    database: Database
    lane: Link | None = None

    @property
    def client(self) -> Client:
        return Client(urlsplit(self.server.url).netloc)

    @property
    def link(self) -> Link:
        assert self.lane is not None, "this node has no link"
        return self.lane

    def call(
        self, method: str, path: str, token: str = "", body: object = None, **headers: str
    ) -> Reply:
        """One request on its own connection. Without an answer: OSError or HTTPException."""
        content = None if body is None else json.dumps(body)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        started = time.monotonic()
        connection = http.client.HTTPConnection(self.client.host, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            content_bytes = response.read()
            seconds = time.monotonic() - started
            return Reply(response.status, dict(response.getheaders()), content_bytes, seconds)
        finally:
            connection.close()

    def api(self, method: str, path: str, token: str = "", body: object = None) -> Reply:
        return self.call(method, f"/api/v1/{path}", token, body)

    def living_workers(self) -> set[int]:
        """The processes of the server that have answered something.

        A number in the log is not enough: a dead worker's may be anybody's by now.
        """
        log = self.server.log.read_bytes()
        return {pid for pid in children_of(self.server.pid) if b"worker <%d>:" % pid in log}

    def wait_for_all_workers(self) -> None:
        """A server is up when one worker answers; a fault must meet all of them."""
        for _ in range(BURSTS):
            if len(self.living_workers()) >= WORKERS:
                return
            race([partial(self.call, "GET", "/health")] * WORKERS * THREADS)
        raise ServerFailed(self.server.log.read_text())

    def wait_until_settled(self) -> None:
        """What one test broke is mended before the next begins: all workers reach the database."""
        for _ in range(SETTLING):
            calls = [partial(self.api, "GET", "public/instance")] * WORKERS * THREADS
            if {reply.status for reply in race(calls)} == {200}:
                return
        raise ServerFailed(self.server.log.read_text())


def children_of(parent: int) -> set[int]:
    command = ["ps", "-A", "-o", "pid=", "-o", "ppid="]
    table = subprocess.run(command, capture_output=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in table.splitlines()]
    return {pid for pid, its_parent in rows if its_parent == parent}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def running_node(
    database: Database,
    *,
    has_link: bool = False,
    workers: int = WORKERS,
    threads: int = THREADS,
    values: Mapping[str, str] | None = None,
) -> Iterator[Node]:
    """The product on this database, if wanted through a link; `values` are added to its
    environment."""
    with ExitStack() as stack:
        url, link = database.url, None
        if has_link:
            link, url = stack.enter_context(link_to(url))
        environment = {**ENVIRONMENT, **(values or {})}
        server = stack.enter_context(serve(url, workers=workers, threads=threads, **environment))
        node = Node(server, database, link)
        if workers == WORKERS:
            node.wait_for_all_workers()
        yield node


@contextmanager
def fresh_node(**options: Any) -> Iterator[Node]:
    """A node on an empty database."""
    with fresh_database() as database, running_node(database, **options) as node:
        yield node
