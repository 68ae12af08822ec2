"""A database that answers, but cannot serve: an outage, not a defect of ours."""

import http.client
import json
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.races.databases import fresh_database
from tests.server import Server, serve

pytestmark = pytest.mark.race

LOGIN = {"email": "ann@example.com", "password": "a guess"}


def ask(server: Server, path: str, body: object = None) -> tuple[int, dict[str, object], bool]:
    """Status, body and whether the answer says when to ask again."""
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)) as connection:
        text = None if body is None else json.dumps(body)
        method = "GET" if body is None else "POST"
        connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found: dict[str, object] = json.loads(answer.read())
        return answer.status, found, answer.getheader("Retry-After") is not None


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE organizations_organization RENAME TO not_there_yet",
        "ALTER TABLE organizations_organization RENAME COLUMN open_signups_enabled TO not_yet",
    ],
)
def test_what_is_not_migrated_is_503_and_the_log_says_so(change: str) -> None:
    with fresh_database() as database:
        database.execute(change)
        with serve(database.url) as server:
            status, body, is_temporary = ask(server, "/api/v1/auth/register", LOGIN)
            log = server.log.read_text()
    assert (status, body["code"], is_temporary) == (503, "service_unavailable", True)
    assert "(is it migrated?)" in log
    assert "Traceback" not in log


@pytest.mark.once
def test_a_file_that_is_no_database_is_503_for_probes_and_callers(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"no database" * 1000)
    with serve(f"sqlite:///{tmp_path}/db.sqlite3") as server:
        assert ask(server, "/healthz") == (503, {"ok": False, "db": False}, True)
        status, body, is_temporary = ask(server, "/api/v1/auth/login", LOGIN)
        log = server.log.read_text()
    assert (status, body["code"], is_temporary) == (503, "service_unavailable", True)
    assert "Traceback" not in log
