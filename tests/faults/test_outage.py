"""The database goes away and comes back."""

import time
from contextlib import closing
from functools import partial

import psycopg
import pytest

from tests.faults.node import Node, Reply, fresh_node
from tests.faults.people import ask_for_everything, failures_of, found
from tests.faults.scale import CALLS_AFTER, OUTAGES, on_postgresql
from tests.races.client import race

pytestmark = [pytest.mark.torture, on_postgresql]

IDLE = """
SELECT array_agg(pid) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle' AND pid != pg_backend_pid()
"""
TERMINATE = "SELECT count(pg_terminate_backend(pid)) FROM unnest(%s::int[]) AS pid"
LEFT = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
AT_ONCE_SECONDS = 2.0
NEWS_SECONDS = 0.1  # until what the server sent last has come through the link
# The shape of a session key: the admin looks for it in the database.
ADMIN_COOKIE = "sessionid=" + 32 * "a"


def terminate_idle_backends(node: Node) -> int:
    """As a failover does, and wait until they are gone; returns how many there were."""
    with closing(psycopg.connect(node.database.url, autocommit=True)) as connection:
        pids = (connection.execute(IDLE).fetchone() or [None])[0] or []
        connection.execute(TERMINATE, [pids])
        while connection.execute(LEFT, [pids]).fetchone() != (0,):
            time.sleep(0.01)
        time.sleep(NEWS_SECONDS)
        return len(pids)


def ask_as_watchers_do(node: Node) -> list[Reply]:
    """What a load balancer and a member of staff see: /health, /healthz and the admin."""
    pages = [
        partial(node.call, "GET", "/health"),
        partial(node.call, "GET", "/healthz"),
        partial(node.call, "GET", "/admin/", Cookie=ADMIN_COOKIE),
    ]
    return race(pages)


def test_an_outage_is_503_and_the_first_calls_after_it_are_good(node: Node) -> None:
    owner = found(node)
    rows = node.database.count("accounts_user"), node.database.count("accounts_session")
    wrong, bad = dict[str, int](), 0
    for _ in range(OUTAGES):
        node.link.close()
        replies = ask_for_everything(node, owner)
        wrong |= {name: reply.status for name, reply in replies.items() if not reply.is_unavailable}
        node.link.open()
        bad += len(failures_of(node, owner, CALLS_AFTER))
    print(f"{OUTAGES} outages: wrong {wrong}, {bad} of {OUTAGES * CALLS_AFTER} bad after it")
    assert (wrong, bad) == ({}, 0)
    # What was refused has not happened.
    assert (node.database.count("accounts_user"), node.database.count("accounts_session")) == rows
    assert node.client.refresh(owner.refresh_token).status == 200


def test_during_an_outage_the_process_lives_and_says_what_is_wrong(node: Node) -> None:
    node.link.close()
    health, healthz, page = ask_as_watchers_do(node)
    node.link.open()
    assert (health.status, health.body["status"]) == (200, "ok")
    assert (healthz.status, healthz.body) == (503, {"ok": False, "db": False})
    assert int(healthz.headers["Retry-After"]) >= 1
    assert (page.status, int(page.headers["Retry-After"]) >= 1) == (503, True)
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"does not answer" in page.content
    assert b"Traceback" not in page.content


def test_an_outage_is_told_at_once(node: Node) -> None:
    """Who waits holds a thread: 32 of them, and nobody is told anything any more."""
    node.link.close()
    _, healthz, _ = ask_as_watchers_do(node)
    node.link.open()
    assert healthz.seconds < AT_ONCE_SECONDS


def test_a_transaction_around_each_view_changes_nothing() -> None:
    """The connection then fails outside REST framework, which would answer with a page of 500."""
    settings = "tests.faults.atomic_settings"
    with fresh_node(has_link=True, workers=1, values={"DJANGO_SETTINGS_MODULE": settings}) as node:
        owner = found(node)
        node.link.close()
        replies = ask_for_everything(node, owner)
        node.link.open()
        assert {name for name, reply in replies.items() if not reply.is_unavailable} == set()
        assert failures_of(node, owner, CALLS_AFTER) == []


def test_connections_that_died_while_idle_are_replaced_unseen(node: Node) -> None:
    """Without a look at the connection before use each of them costs a request."""
    owner = found(node)
    killed = 0
    for _ in range(OUTAGES):
        assert failures_of(node, owner, 30) == []
        killed += terminate_idle_backends(node)
        assert failures_of(node, owner, CALLS_AFTER) == []
    print(f"{killed} idle backends terminated: 0 of {OUTAGES * CALLS_AFTER} calls failed")
    assert killed >= OUTAGES


def test_after_a_failover_a_single_call_waits_for_nothing(node: Node) -> None:
    """A pool that drops one dead connection a second is in the way of the new server."""
    owner = found(node)
    for _ in range(OUTAGES):
        assert failures_of(node, owner, 60) == []
        terminate_idle_backends(node)
        replies = [node.api("GET", "me", owner.access_token) for _ in range(20)]
        assert {reply.status for reply in replies} == {200}
        assert max(reply.seconds for reply in replies) < AT_ONCE_SECONDS


def test_connections_that_are_cut_in_use_are_503_at_the_worst(node: Node) -> None:
    owner = found(node)
    until = time.monotonic() + OUTAGES
    statuses = set[int]()

    def ask_on() -> None:
        while time.monotonic() < until:
            statuses.add(node.api("GET", "organizations", owner.access_token).status)

    def cut_on() -> None:
        while time.monotonic() < until:
            time.sleep(0.05)
            node.link.cut()

    race([ask_on] * 8 + [cut_on])
    assert 200 in statuses
    assert statuses <= {200, 503}
    assert failures_of(node, owner, CALLS_AFTER) == []
