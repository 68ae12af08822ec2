"""Refused log-ins take the same time, whatever the reason (long form only: it needs quiet)."""

import statistics

import pytest

from tests.acceptance.people import guess
from tests.acceptance.runner import Runner
from tests.environment import IS_LONG

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(not IS_LONG, reason="measured in the long form (HYPERSPEED_TORTURE=1)"),
]

TRIES = 200
TOLERANCE = 0.10


def test_unknown_wrong_and_disabled_take_the_same_time(runner: Runner) -> None:
    """Without a hash for unknown accounts the first takes a tenth of the others."""
    asks = {name: guess(name, {401}) for name in ("nobody", "keeper", "disabled", "pending")}
    seconds: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(TRIES):
        for name, ask in asks.items():
            seconds[name].append(runner.world.send(runner.request(ask)).seconds)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print({name: f"{1000 * median:.1f} ms" for name, median in medians.items()})
    assert max(medians.values()) <= min(medians.values()) * (1 + TOLERANCE)
