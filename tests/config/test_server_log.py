"""What several worker processes write into one log."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.races.client import Client, race
from tests.races.databases import fresh_database
from tests.server import Server, serve

pytestmark = [pytest.mark.race, pytest.mark.once]

CALLS = 200


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fresh_database() as database, serve(database.url, workers=2) as server:
        yield server


def own_lines(server: Server) -> list[dict[str, Any]]:
    """All but those of the access log, which `tests.server` asks for."""
    lines = server.log.read_text().splitlines()
    return [json.loads(line) for line in lines if ' HTTP/1.1" ' not in line]


def test_every_line_is_whole_whoever_writes_beside_it(server: Server) -> None:
    client = Client(server.url.removeprefix("http://"))
    race([lambda: client.call("GET", "public/instance")] * CALLS)
    requests = [line for line in own_lines(server) if line["logger"] == "hyperspeed.request"]
    assert [line["message"] for line in requests] == ["GET /api/v1/public/instance 200"] * CALLS


def test_the_servers_own_lines_have_the_same_form(server: Server) -> None:
    lines = [line for line in own_lines(server) if line["logger"] == "gunicorn.error"]
    assert any(line["message"].startswith("Booting worker") for line in lines)
    assert {line["level"] for line in lines} == {"INFO"}
