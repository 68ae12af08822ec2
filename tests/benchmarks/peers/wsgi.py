"""`gunicorn tests.benchmarks.peers.wsgi`: no framework at all."""

import json
import os
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from psycopg_pool import ConnectionPool

from tests.benchmarks.peers import reads, writes
from tests.benchmarks.peers.database import Database

_Environ = dict[str, Any]
_READS: dict[str, Callable[..., dict[str, Any]]] = {
    "organizations": reads.organizations,
    "me": reads.me,
    "spaces": reads.spaces,
    "spaces/access-summary": reads.access_summary,
}
_WRITES = {"login": writes.log_in, "refresh": writes.refresh}
_PATH = re.compile(
    r"/api/v1/(?:auth/(?P<write>\w+)|organizations/(?P<id>[0-9a-f-]{36})/(?P<of>.+)|(?P<read>\w+))"
)


# Opened by the first request, in the worker: an open one does not survive a fork.
_pool: ConnectionPool[Any] = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=16,
    kwargs={"autocommit": True, "options": "-c timezone=UTC"},
    open=False,
)


def application(environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    found = _PATH.fullmatch(environ["PATH_INFO"])
    if found is None:
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    if _pool.closed:
        _pool.open()
    with _pool.connection() as connection, connection.cursor() as cursor:
        database = Database(cursor)
        content = json.dumps(_call(database, found, environ)).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start_response("200 OK", headers)
    return [content]


def _call(database: Database, found: re.Match[str], environ: _Environ) -> dict[str, Any]:
    if write := found["write"]:
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        return _WRITES[write](database, body, environ["REMOTE_ADDR"])
    authorization = environ["HTTP_AUTHORIZATION"]
    if found["id"]:
        return _READS[found["of"]](database, authorization, uuid.UUID(found["id"]))
    return _READS[found["read"]](database, authorization)
