"""A worker dies in the middle of a call (kill -9), at a random point."""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.faults.calls import KINDS, Cast, Kind, Tries, Try
from tests.faults.halves import DAMAGES, forget_tries, halves_in
from tests.faults.node import PRELOADED, Node, fresh_node
from tests.faults.scale import KILLS
from tests.races.client import race
from tests.races.databases import Database
from tests.races.office import Office
from tests.server import Server

pytestmark = pytest.mark.torture

ROUNDS_A_KILL = 12  # the calls are short: most kills come too late
MEASUREMENTS = 2  # the first may be of workers that are cold


@pytest.fixture(scope="module")
def _cast() -> Iterator[Cast]:
    with fresh_node(values=PRELOADED) as node:
        yield Cast(node, Office(node.client))


@pytest.fixture
def cast(_cast: Cast) -> Cast:
    _cast.node.database.clear()
    _cast.office = Office(_cast.client)
    return _cast


@dataclass
class Tally:
    """What came of the kills so far."""

    hits: int = 0  # kills that cost an answer
    lost: int = 0  # answers
    done: int = 0  # of these calls, what they were to do was done


def drive(tries: Tries, is_over: threading.Event) -> Try | None:
    """Try on until the kill, and return what it left without an answer."""
    attempt = next(tries)
    while True:
        try:
            answer = attempt.call()
        except (OSError, http.client.HTTPException):
            return attempt
        assert answer.is_success, "what is answered is done"
        if is_over.is_set():
            return None
        try:
            attempt = tries.send(answer)
        except StopIteration:
            return None


def kill_one(node: Node, seconds: float, is_over: threading.Event) -> None:
    """Kill a worker that has worked and lives, some time from now."""
    workers = list(node.living_workers())
    time.sleep(random.uniform(0, seconds))  # noqa: S311  (a point in time)
    with suppress(ProcessLookupError):
        os.kill(random.choice(workers), signal.SIGKILL)  # noqa: S311
    is_over.set()


def seconds_of(cast: Cast, kind: Kind) -> float:
    """How long the callers' first tries take, all at once: a kill after that would hit nobody."""
    cast.node.wait_for_all_workers()
    measured = []
    for _ in range(MEASUREMENTS):
        calls = [next(tries).call for tries in kind(cast)]
        started = time.monotonic()
        assert all(answer.is_success for answer in race(calls))
        measured.append(time.monotonic() - started)
    return min(measured)


def kill_during(cast: Cast, kind: Kind, seconds: float) -> list[Try]:
    """Kill a worker while several call; returns what was left without an answer."""
    cast.node.wait_for_all_workers()
    is_over = threading.Event()
    calls: list[Callable[[], Try | None]]
    calls = [partial(drive, tries, is_over) for tries in kind(cast)]
    calls.append(partial(kill_one, cast.node, seconds, is_over))
    lost = race(calls)
    return [attempt for attempt in lost if attempt is not None]


def check(cast: Cast, lost: list[Try], tally: Tally) -> None:
    """Repeat what was lost; whoever it was about can log in."""
    for attempt in lost:
        status = attempt.call().status
        assert status in attempt.outcomes
        tally.done += status >= 400
        assert cast.client.log_in(attempt.email).status == 200
    tally.hits += bool(lost)
    tally.lost += len(lost)


@pytest.mark.parametrize("name", KINDS)
def test_a_worker_that_dies_leaves_no_half_state(cast: Cast, name: str) -> None:
    tally = Tally()
    seconds = seconds_of(cast, KINDS[name])
    for _ in range(ROUNDS_A_KILL * KILLS):
        forget_tries(cast.node.database.url)
        lost = kill_during(cast, KINDS[name], seconds)
        assert halves_in(cast.node.database.url) == {}
        check(cast, lost, tally)
        if tally.hits >= KILLS:
            break
    print(f"{name}: {tally.hits} kills cost {tally.lost} answers, {tally.done} were done; 0 halves")
    assert tally.hits >= KILLS
    assert halves_in(cast.node.database.url) == {}


def test_half_states_would_be_seen(cast: Cast) -> None:
    """The control: without it the queries could be blind."""
    for name in ("approve", "accept", "register"):
        assert next(KINDS[name](cast)[0]).call().is_success
    assert halves_in(cast.node.database.url) == {}
    for kind, damage in DAMAGES.items():
        assert kind in halves_in(cast.node.database.url, damage)


def test_only_processes_of_the_server_are_killed(tmp_path: Path) -> None:
    """Numbers are used again: one that the log names may be another process's, such as ours."""
    sleeping = [sys.executable, "-c", "input()"]
    with subprocess.Popen(sleeping, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        log = tmp_path / "log"
        log.write_text(f"worker <{child.pid}>: 200\nworker <{os.getpid()}>: 200\n")
        node = Node(Server("", {}, log, pid=os.getpid()), Database(""))
        assert node.living_workers() == {child.pid}
        child.kill()
        child.wait()
        assert node.living_workers() == set()
