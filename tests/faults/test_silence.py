"""The database takes what it is sent, and never answers."""

import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.faults.node import Node, fresh_node
from tests.faults.people import Owner, ask_for_everything, failures_of, found
from tests.faults.scale import CALLS_AFTER, on_postgresql
from tests.races.client import race

pytestmark = [pytest.mark.torture, on_postgresql]

LONGEST_WAIT = 10.0
RECOVERY_SECONDS = 30.0
CALLS = 30


@pytest.fixture
def node() -> Iterator[Node]:
    """With a thread for each call, whichever worker takes it: none waits for another's as well."""
    with fresh_node(has_link=True, threads=CALLS) as node:
        yield node


def seconds_until_good(node: Node, owner: Owner) -> float:
    """How long it takes until thirty calls at once are all good."""
    started = time.monotonic()
    while failures_of(node, owner, CALLS):
        assert time.monotonic() - started < RECOVERY_SECONDS, "it does not recover"
    return time.monotonic() - started


def test_a_silent_database_is_503_within_ten_seconds(node: Node) -> None:
    """Timeouts of the server's cannot help: it is the client that must stop to listen."""
    owner = found(node)
    node.link.silence()
    replies = ask_for_everything(node, owner)
    health = node.call("GET", "/health")
    node.link.resume()
    slowest = max(reply.seconds for reply in replies.values())
    print(f"silence: answers after {slowest:.1f} s at most")
    assert {name for name, reply in replies.items() if not reply.is_unavailable} == set()
    assert slowest < LONGEST_WAIT
    assert health.status == 200
    assert seconds_until_good(node, owner) < LONGEST_WAIT
    assert failures_of(node, owner, CALLS_AFTER) == []


def test_connections_that_a_firewall_forgot_cost_no_thread_for_good(node: Node) -> None:
    """New connections work; the old ones stay silent for ever."""
    owner = found(node)
    assert failures_of(node, owner, CALLS) == []
    node.link.forget()
    calls = [partial(node.api, "GET", "me", owner.access_token) for _ in range(CALLS)]
    replies = race(calls)
    slowest = max(reply.seconds for reply in replies)
    good = sum(reply.status == 200 for reply in replies)
    recovery = seconds_until_good(node, owner)
    print(f"forgotten: {good} good, {slowest:.1f} s at most; all good {recovery:.1f} s later")
    assert all(reply.status == 200 or reply.is_unavailable for reply in replies)
    assert slowest < LONGEST_WAIT
    assert recovery < RECOVERY_SECONDS
    assert failures_of(node, owner, CALLS_AFTER) == []
