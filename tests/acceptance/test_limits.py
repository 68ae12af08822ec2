"""The rows about limits, on a server that has them as they are by default."""

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.acceptance.rows_limits import LOCK, ROWS
from tests.acceptance.runner import Runner
from tests.acceptance.table import Row
from tests.acceptance.world import product

pytestmark = pytest.mark.torture

FORGET = "DELETE FROM accounts_throttlecounter"


class LimitedRunner(Runner):
    """Each row begins with counters at zero, and so does the good log-in after it."""

    def prepare(self) -> None:
        self.world.database.execute(FORGET)


@pytest.fixture(scope="module")
def limited() -> Iterator[Runner]:
    with product(limits={}) as world:
        yield LimitedRunner(world)


# Elsewhere, 127.0.0.1 alone is an address of this machine.
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="comes from several addresses")
CASES = [
    *(pytest.param(row, id=row.id) for row in ROWS),
    pytest.param(LOCK, id=LOCK.id, marks=on_linux),
]


@pytest.mark.parametrize("row", CASES)
def test_the_limit_holds(
    row: Row, limited: Runner, record_property: Callable[[str, object], None]
) -> None:
    outcome = limited.run(row)
    record_property("acceptance", (outcome.requests, len(outcome.wrongs)))
    assert outcome.wrongs == []
