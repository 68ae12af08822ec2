"""Refusals that take the same time, whatever the reason."""

import statistics
from collections.abc import Mapping

import pytest

from tests.acceptance.people import guess
from tests.acceptance.runner import Runner
from tests.acceptance.table import Ask
from tests.environment import IS_LONG

pytestmark = pytest.mark.torture

# The short form shares the machine: it begins with few tries, and goes on while they differ.
TRIES, BATCHES = (200, 1) if IS_LONG else (40, 10)
TOLERANCE = 0.10


def test_unknown_wrong_and_disabled_take_the_same_time(runner: Runner) -> None:
    """Without a hash for unknown accounts the first takes a tenth of the others."""
    asks = {name: guess(name, {401}) for name in ("nobody", "keeper", "disabled", "pending")}
    assert measure(runner, asks) <= TOLERANCE


def test_a_foreign_organization_and_none_take_the_same_time(runner: Runner) -> None:
    """With a look for the organization first, the one that there is takes another query."""
    homes = ("<rival_org>", "<random>")
    asks = {home: Ask(f"GET /organizations/{home}/members", {403}, by="owner") for home in homes}
    assert measure(runner, asks) <= TOLERANCE


def measure(runner: Runner, asks: Mapping[str, Ask]) -> float:
    """By how much the slowest of the medians is over the quickest."""
    seconds: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(BATCHES):
        for name, ask in TRIES * list(asks.items()):  # in turn
            answer = runner.world.send(runner.request(ask))
            assert answer.status in ask.status
            seconds[name].append(answer.seconds)
        medians = {name: statistics.median(values) for name, values in seconds.items()}
        difference = max(medians.values()) / min(medians.values()) - 1
        if difference <= TOLERANCE:
            break
    print({name: f"{1000 * median:.2f} ms" for name, median in medians.items()})
    return difference
