"""The table must be able to fail: it does, on the stack as its documentation shows it."""

from collections.abc import Iterator

import pytest

from tests.acceptance.rows import ROWS
from tests.acceptance.runner import Outcome, Runner
from tests.acceptance.stock.control import ControlRunner, control

pytestmark = [pytest.mark.torture, pytest.mark.once]


@pytest.fixture(scope="module")
def stock() -> Iterator[Runner]:
    with control() as world:
        yield ControlRunner(world)


def test_the_stock_application_fails_most_rows(stock: Runner) -> None:
    """By form alone (no code, no request id) it fails nearly all. Counted apart are grave ones:
    answers of 500 and above, pages in place of JSON, rows written, people let in, things told."""
    outcomes = [outcome for row in ROWS if _was_asked(outcome := stock.run(row))]
    wrong = [outcome for outcome in outcomes if outcome.wrongs]
    grave = [outcome for outcome in outcomes if outcome.grave]
    requests = sum(outcome.requests - 1 for outcome in outcomes)
    print(
        f"control: {len(outcomes)} rows, {requests} requests; {len(wrong)} rows wrong, "
        f"{len(grave)} of them gravely: {', '.join(outcome.row.id for outcome in grave)}"
    )
    assert len(wrong) > len(outcomes) / 2
    assert len(grave) >= 5


def _was_asked(outcome: Outcome) -> bool:
    """More than the good log-in at the end."""
    return outcome.requests > 1
