"""Every row of the table against the product: no answer is wrong.

The same table against the stack as its documentation shows it: see `stock`.
"""

from collections.abc import Callable

import pytest

from tests.acceptance.rows import ROWS
from tests.acceptance.runner import Runner
from tests.acceptance.table import Row

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_no_answer_is_wrong(
    row: Row, runner: Runner, record_property: Callable[[str, object], None]
) -> None:
    outcome = runner.run(row)
    record_property("acceptance", (outcome.requests, len(outcome.wrongs)))
    assert outcome.wrongs == []


def test_each_row_has_a_name_of_its_own() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
