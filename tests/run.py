"""A suite on SQLite and on PostgreSQL: `python -m tests.run [--torture] [arguments for pytest]`."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tests.environment import IS_LONG, temporary_sqlite_url
from tests.postgres import (
    PostgresUnavailable,
    server_version,
    sigterm_as_exit,
    throwaway_postgres,
)
from tests.races.databases import TEMPLATE, make_template

Options = tuple[str, ...]
# One more process than cores: tests wait for servers, locks and timeouts.
TOGETHER = ("-n", "3", "-p", "tests.scheduling", "--no-loadscope-reorder")
# Where the tests with the mark `torture` are: a test holds it.
TORTURES = ("tests/acceptance", "tests/properties", "tests/faults")

INTERRUPTED = 130
NO_TESTS_COLLECTED = 5
GRACE_SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    """How the suite went on one database."""

    database: str
    status: int  # pytest's
    seconds: float

    @property
    def is_failed(self) -> bool:
        return self.status not in {0, NO_TESTS_COLLECTED}

    @property
    def is_empty(self) -> bool:
        return self.status == NO_TESTS_COLLECTED

    def __str__(self) -> str:
        verdict = "FAILED" if self.is_failed else "NO TESTS RAN" if self.is_empty else "passed"
        return f"{self.database}: {verdict} in {self.seconds:.0f} s"


def main(arguments: Sequence[str]) -> int:
    """Run all, print one line for each database, return the exit status."""
    is_torture = "--torture" in arguments
    arguments = [argument for argument in arguments if argument != "--torture"]
    marker = "not torture" if not is_torture else "torture or race" if IS_LONG else "torture"
    options = options_of_torture(arguments) if is_torture else TOGETHER
    run = partial(run_suite, options=options, arguments=arguments)
    outcomes = [run("SQLite", temporary_sqlite_url(), marker)]
    missing = ""
    try:
        with throwaway_postgres() as url:
            database = f"PostgreSQL {server_version(url)}"
            outcomes.append(run(database, url, f"({marker}) and not once"))
    except PostgresUnavailable as error:
        missing = str(error)
    print(*outcomes, sep="\n")
    if missing:
        print(f"PostgreSQL: NOT TESTED, nothing ran on it. {missing}", file=sys.stderr)
    # Who asks for a part of the suite may ask for none; who asks for all of it must get some.
    bad = any(outcome.is_failed or (outcome.is_empty and not arguments) for outcome in outcomes)
    return 1 if bad or (missing and os.environ.get("CI")) else 0


def options_of_torture(arguments: Sequence[str]) -> Options:
    """What is long has the machine to itself; so has what somebody asks for, to look at."""
    return () if IS_LONG or arguments else (*TOGETHER, *TORTURES)


def run_suite(
    database: str, url: str, marker: str, *, options: Options, arguments: Sequence[str]
) -> Outcome:
    """Run the tests of this marker, and of the arguments' own."""
    print(f"== {database}", flush=True)
    started = time.monotonic()
    chosen, others = split_marker(arguments)
    if chosen:
        marker = f"({marker}) and ({chosen})"
    status = run_pytest(["-m", marker, *options, *others], url)
    return Outcome(database, status, time.monotonic() - started)


def split_marker(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Take the value of `-m` out: pytest knows one only, and the suite has its own."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-m", default="")
    known, others = parser.parse_known_args(arguments)
    return known.m, others


def run_pytest(arguments: Sequence[str], url: str) -> int:
    """Run pytest in a process of its own and return its status."""
    environment = {**os.environ, "DATABASE_URL": url, TEMPLATE: make_template(url)}
    child = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=environment)
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
