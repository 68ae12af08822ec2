"""One server with its cast for all rows, one with the limits on; the summary at the end."""

from collections.abc import Iterator

import pytest

from tests.acceptance.runner import Runner
from tests.acceptance.world import product
from tests.environment import IS_LONG


@pytest.fixture(scope="package")
def runner() -> Iterator[Runner]:
    with product() as world:
        yield Runner(world, is_long=IS_LONG)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many rows and requests there were, and how many answers were wrong."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    calls = [report for report in reports if getattr(report, "when", "") == "call"]
    counts = [c for report in calls if (c := dict(report.user_properties).get("acceptance"))]
    if counts:
        requests, wrong = map(sum, zip(*counts, strict=True))
        terminalreporter.write_line(
            f"acceptance: {len(counts)} rows, {requests} requests, {wrong} wrong answers"
        )
