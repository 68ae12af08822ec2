"""A suite on SQLite and on PostgreSQL: `python -m tests.run [--torture] [arguments for pytest]`."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.environment import temporary_sqlite_url
from tests.postgres import (
    PostgresUnavailable,
    server_version,
    sigterm_as_exit,
    throwaway_postgres,
)

# What measures or drives a real server has the machine to itself; the rest shares two cores.
TOGETHER = ("not race and not browser and not torture", "2")
ALONE = ("(race or browser) and not torture", "0")
TORTURE = ("torture", "0")

INTERRUPTED = 130
NO_TESTS_COLLECTED = 5
GRACE_SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    """How the suite went on one database."""

    database: str
    statuses: frozenset[int]  # pytest's, of the halves
    seconds: float

    @property
    def is_failed(self) -> bool:
        return not self.statuses <= {0, NO_TESTS_COLLECTED}

    @property
    def is_empty(self) -> bool:
        return self.statuses == {NO_TESTS_COLLECTED}

    def __str__(self) -> str:
        verdict = "FAILED" if self.is_failed else "NO TESTS RAN" if self.is_empty else "passed"
        return f"{self.database}: {verdict} in {self.seconds:.0f} s"


def main(arguments: Sequence[str]) -> int:
    """Run all, print one line for each database, return the exit status."""
    is_torture = "--torture" in arguments
    halves = [TORTURE] if is_torture else [TOGETHER, ALONE]
    arguments = [argument for argument in arguments if argument != "--torture"]
    outcomes = [run_suite("SQLite", temporary_sqlite_url(), halves, arguments)]
    missing = ""
    try:
        with throwaway_postgres() as url:
            others = [(f"({half}) and not once", workers) for half, workers in halves]
            database = f"PostgreSQL {server_version(url)}"
            outcomes.append(run_suite(database, url, others, arguments))
    except PostgresUnavailable as error:
        missing = str(error)
    print(*outcomes, sep="\n")
    if missing:
        print(f"PostgreSQL: NOT TESTED, nothing ran on it. {missing}", file=sys.stderr)
    # Who asks for a part of the suite may ask for none; who asks for all of it must get some.
    bad = any(outcome.is_failed or (outcome.is_empty and not arguments) for outcome in outcomes)
    return 1 if bad or (missing and os.environ.get("CI")) else 0


def run_suite(
    database: str, url: str, halves: Sequence[tuple[str, str]], arguments: Sequence[str]
) -> Outcome:
    """Run the halves; one of them may be empty, and the second runs also if the first failed."""
    print(f"== {database}", flush=True)
    started = time.monotonic()
    chosen, others = split_marker(arguments)
    statuses = []
    for half, workers in halves:
        marker = f"({half}) and ({chosen})" if chosen else half
        statuses.append(run_pytest(["-m", marker, "-n", workers, *others], url))
    return Outcome(database, frozenset(statuses), time.monotonic() - started)


def split_marker(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Take the value of `-m` out: pytest knows one only, and the halves need it."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-m", default="")
    known, others = parser.parse_known_args(arguments)
    return known.m, others


def run_pytest(arguments: Sequence[str], url: str) -> int:
    """Run pytest in a process of its own and return its status."""
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], env={**os.environ, "DATABASE_URL": url}
    )
    try:
        return child.wait()
    except SystemExit:
        child.send_signal(signal.SIGINT)  # as Ctrl-C, which a terminal sends to both of us
        raise
    finally:
        end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    """Let it close what it opened, but not for ever."""
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    try:
        with sigterm_as_exit():
            sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
