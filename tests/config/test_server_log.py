"""What several worker processes write into one log."""

import json
import os
import signal
from typing import Any

import pytest

from tests.races.client import Client, race
from tests.races.databases import fresh_database
from tests.server import serve

pytestmark = [pytest.mark.race, pytest.mark.once]

CALLS = 200


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """Of a server that is stopped as soon as it has answered, without those of the access log,
    which `tests.server` asks for."""
    with fresh_database() as database, serve(database.url, workers=2) as server:
        client = Client(server.url.removeprefix("http://"))
        race([lambda: client.call("GET", "public/instance")] * CALLS)
        os.kill(server.pid, signal.SIGTERM)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        found = server.log.read_text().splitlines()
    return [json.loads(line) for line in found if ' HTTP/1.1" ' not in line]


def test_every_line_is_there_and_whole_whoever_writes_beside_it(
    lines: list[dict[str, Any]],
) -> None:
    requests = [line for line in lines if line["logger"] == "hyperspeed.request"]
    assert [line["message"] for line in requests] == ["GET /api/v1/public/instance 200"] * CALLS


def test_the_servers_own_lines_have_the_same_form(lines: list[dict[str, Any]]) -> None:
    own = [line for line in lines if line["logger"] == "gunicorn.error"]
    assert any(line["message"].startswith("Booting worker") for line in own)
    assert {line["level"] for line in own} == {"INFO"}
