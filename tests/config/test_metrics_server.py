"""The figures of several worker processes, added up."""

import os
import secrets
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.node import children_of
from tests.races.client import Client, race
from tests.races.databases import fresh_database
from tests.server import Server, serve

pytestmark = [pytest.mark.race, pytest.mark.once]

CALLS = 100
TOKEN = secrets.token_hex(32)
# A proxy of the environment has no business on the loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
Scrape = Callable[..., float]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    values: dict[str, Any] = {
        "METRICS_TOKEN": TOKEN,
        "TMPDIR": str(tmp_path),
        "REFRESH_RACE_LEEWAY_SECONDS": "1",
    }
    with fresh_database() as database, serve(database.url, workers=2, **values) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url.removeprefix("http://"))


@pytest.fixture
def figure(server: Server) -> Scrape:
    """The value of a sample that has these labels among its own; 0 if there is none."""

    def read(name: str, **labels: str) -> float:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        request = urllib.request.Request(f"{server.url}/-/metrics", headers=headers)  # noqa: S310  (ours)
        with OPENER.open(request, timeout=10) as answer:
            text = answer.read().decode()
        families = text_string_to_metric_families(text)
        found = [sample for family in families for sample in family.samples]
        return sum(s.value for s in found if s.name == name and labels.items() <= s.labels.items())

    return read


def test_requests_are_counted_over_all_workers(client: Client, figure: Scrape) -> None:
    race([partial(client.call, "GET", "public/instance")] * CALLS)
    race([partial(client.me, f"garbage{number}") for number in range(10)])
    instance = {"route": "/api/v1/public/instance", "method": "GET"}
    assert figure("hyperspeed_http_requests_total", **instance, status="200") == CALLS
    assert figure("hyperspeed_http_requests_total", route="/api/v1/me", status="401") == 10
    assert figure("hyperspeed_http_request_duration_seconds_count", **instance) == CALLS
    assert figure("hyperspeed_http_requests_total", route="/health") == 0


def test_log_ins_and_reuse_are_counted(client: Client, figure: Scrape) -> None:
    token = client.register("owner@example.com").refresh_token
    race([partial(client.log_in, "owner@example.com")] * 4)
    race([partial(client.log_in, "owner@example.com", "a wrong one")] * 3)
    client.refresh(token)
    time.sleep(1.1)
    assert client.refresh(token).status == 401
    actions = ("user.registered", "login.succeeded", "login.failed", "refresh_token.reused")
    counted = [figure("hyperspeed_audit_events_total", action=action) for action in actions]
    assert counted == [1, 4, 3, 1]


def replace_a_worker(server: Server) -> None:
    """Kill one, and wait for the one that is started in its place."""
    before = children_of(server.pid)
    os.kill(min(before), signal.SIGKILL)
    deadline = time.monotonic() + 20
    while len(children_of(server.pid) - before) < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children_of(server.pid) - before


def test_what_a_dead_worker_counted_still_counts(
    server: Server, client: Client, figure: Scrape
) -> None:
    race([partial(client.call, "GET", "public/instance")] * CALLS)
    replace_a_worker(server)
    route = "/api/v1/public/instance"
    assert figure("hyperspeed_http_requests_total", route=route) == CALLS


def test_a_worker_starts_also_where_its_folder_was_cleaned_away(
    server: Server, client: Client, figure: Scrape, tmp_path: Path
) -> None:
    """As what tidies /tmp does with what was not used for days."""
    (folder,) = tmp_path.glob("hyperspeed-metrics-*")
    shutil.rmtree(folder)
    for _ in range(2):
        replace_a_worker(server)
    answers = race([partial(client.call, "GET", "public/instance")] * CALLS)
    assert {answer.status for answer in answers} == {200}
    assert figure("hyperspeed_http_requests_total", status="200") == CALLS
    assert folder.stat().st_mode & 0o077 == 0


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    values: dict[str, Any] = {"METRICS_TOKEN": TOKEN, "TMPDIR": str(tmp_path)}
    with fresh_database() as database, serve(database.url, workers=2, **values):
        (folder,) = tmp_path.glob("hyperspeed-metrics-*")
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob("hyperspeed-metrics-*")) == []


def test_a_server_without_a_token_counts_nothing(tmp_path: Path) -> None:
    with fresh_database() as database, serve(database.url, TMPDIR=str(tmp_path)) as server:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            OPENER.open(f"{server.url}/-/metrics", timeout=10)
        assert list(tmp_path.glob("hyperspeed-metrics-*")) == []
