"""Many log-ins at once: little memory, refusals that are told, and a way in for somebody else."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from tests.acceptance.people import guess, log_in
from tests.acceptance.runner import Runner
from tests.acceptance.table import Ask
from tests.acceptance.test_memory import MIB, resident_bytes
from tests.acceptance.wire import Answer
from tests.acceptance.world import product
from tests.environment import IS_LONG
from tests.races.client import race

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, comes from several addresses"),
]

AT_ONCE = 64
ALLOWED_BYTES = 512 * MIB
# What one of the flood's threads sends, one after the other.
LENGTH = 100 if IS_LONG else 10
GOOD = 10
STRANGER, HOME = "127.0.0.1", "127.0.0.2"


@pytest.fixture(scope="module")
def limited() -> Iterator[Runner]:
    """The product with the limits that it has as they are."""
    with product(limits={}) as world:
        yield Runner(world)


def send(runner: Runner, ask: Ask, source: str, times: int) -> list[Answer]:
    """The answers to a request that is sent again and again from one address."""
    request = runner.request(replace(ask, source=source))
    return [runner.world.send(request) for _ in range(times)]


def statuses(answers: list[list[Answer]]) -> Counter[int]:
    return Counter(answer.status for each in answers for answer in each)


def test_sixty_four_log_ins_at_once_take_little_memory(runner: Runner) -> None:
    """With Argon2's own parameters, each would take 64 MiB or more while it is checked."""
    ask = log_in("keeper")
    answers = race([partial(send, runner, ask, STRANGER, 1)] * AT_ONCE)
    peak = resident_bytes(runner.world.server.pid)
    print(f"{AT_ONCE} log-ins at once: {dict(statuses(answers))}, {peak / MIB:.0f} MiB at the peak")
    assert statuses(answers) == {200: AT_ONCE}
    assert peak < ALLOWED_BYTES


def test_a_flood_of_log_ins_is_refused_and_somebody_elsewhere_gets_in(limited: Runner) -> None:
    limited.world.database.execute("DELETE FROM accounts_throttlecounter")
    flood = [
        partial(send, limited, guess(f"person{number}", {401}), STRANGER, LENGTH)
        for number in range(AT_ONCE)
    ]
    started = time.monotonic()
    *flooded, good = race([*flood, partial(send, limited, log_in("keeper"), HOME, GOOD)])
    minutes = (time.monotonic() - started) // 60
    refused = statuses(flooded)
    print(f"a flood of {refused.total()}: {dict(refused)}; elsewhere: {dict(statuses([good]))}")
    assert refused.keys() == {401, 429}
    assert refused[401] <= 30 * (minutes + 2)  # a minute may have begun before, and end meanwhile
    assert all(one.header("Retry-After") for each in flooded for one in each if one.status == 429)
    assert statuses([good]) == {200: GOOD}
