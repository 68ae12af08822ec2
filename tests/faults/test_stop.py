"""SIGTERM while requests are under way: a deploy, seen by those who call."""

import http.client
import os
import signal
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.faults.node import Node, fresh_node, is_alive
from tests.races.client import race

pytestmark = pytest.mark.torture

GRACE_SECONDS = 30
CALLERS = 12
LOAD_SECONDS = 1.0


def log_in_until_refused(node: Node, email: str, statuses: list[int]) -> None:
    """Log in again and again, noting each whole answer, until nobody takes the connection."""
    while True:
        try:
            statuses.append(node.client.log_in(email).status)
        except (OSError, http.client.HTTPException):
            if not is_listening(node):
                return


def is_listening(node: Node) -> bool:
    try:
        return node.call("GET", "/health").status == 200
    except (OSError, http.client.HTTPException):
        return False


def stop_under_load(node: Node) -> float:
    """Send SIGTERM to the master; returns how long it takes to end."""
    time.sleep(LOAD_SECONDS)
    os.kill(node.server.pid, signal.SIGTERM)
    started = time.monotonic()
    # Our child: it stays a zombie until it is waited for.
    while os.waitid(os.P_PID, node.server.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        assert time.monotonic() - started < GRACE_SECONDS, "it does not end"
        time.sleep(0.02)
    return time.monotonic() - started


def test_whatever_is_done_is_answered_before_the_process_ends() -> None:
    """A session that was opened without an answer is a call that was cut off."""
    with fresh_node() as node:
        emails = [f"person{number}@example.com" for number in range(CALLERS)]
        assert {node.client.register(email).status for email in emails} == {201}
        before = node.database.count("accounts_session")
        workers = node.living_workers()
        statuses = list[int]()
        calls: list[Callable[[], float | None]]
        calls = [partial(log_in_until_refused, node, email, statuses) for email in emails]
        calls.append(partial(stop_under_load, node))
        seconds = race(calls)[-1]
        opened = node.database.count("accounts_session") - before
    print(f"SIGTERM: {len(statuses)} log-ins answered, {opened} done, ended in {seconds:.1f} s")
    assert set(statuses) == {200}
    assert opened == len(statuses)
    assert not any(is_alive(pid) for pid in workers)
