"""Whether calls take as long with millions of rows as with a thousand.

`python -m tests.benchmarks.scale [--rows N]`: two installations on one PostgreSQL server, a node
each, measured in turns. Exits with 1 if a call's median grows by more than a fifth, or if a call
reads a large table from end to end.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from contextlib import ExitStack

from tests.benchmarks.installation import FEW, UNTHROTTLED, installed
from tests.benchmarks.scale_calls import Caller, callers, median_of
from tests.benchmarks.scale_fill import LEAST_USERS
from tests.benchmarks.scale_plans import whole_reads
from tests.postgres import server_version, throwaway_postgres
from tests.server import serve

ALLOWED_RATIO = 1.2
USERS_AT_MOST = 100_000
ROUNDS = 8
CONCURRENCIES = (1, 16)
WORKERS, THREADS = 2, 8  # as gunicorn.conf.py
# How often each caller calls in a round; a log-in is a hash of tens of milliseconds.
CALLS = {
    "GET /organizations, JWT": 25,
    "GET /organizations, sa_": 25,
    "GET .../spaces, JWT": 25,
    "GET /me, JWT": 25,
    "POST login": 3,
    "POST refresh": 15,
}
Medians = dict[tuple[str, int], list[float]]


def compare(sides: list[list[Caller]]) -> list[Medians]:
    """The medians of every round in milliseconds, by call and concurrency, of each side."""
    found: list[Medians] = [defaultdict(list) for _ in sides]
    for number in range(ROUNDS + 1):
        for name, times in CALLS.items():
            for concurrency in CONCURRENCIES:
                # A B, B A, ...: what the machine does beside hits both alike.
                for side in (0, 1) if number % 2 else (1, 0):
                    median = median_of(sides[side][:concurrency], name, times)
                    if number:  # the first round warms up
                        found[side][name, concurrency].append(median)
    return found


def report(few: Medians, many: Medians) -> bool:
    """Print both medians of every call, and whether the ratio of the rounds holds."""
    does_hold = True
    for name, concurrency in few:
        pairs = list(zip(few[name, concurrency], many[name, concurrency], strict=True))
        small, large = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(after / before for before, after in pairs)
        holds = ratio <= ALLOWED_RATIO
        does_hold &= holds
        print(
            f"{name:24} {concurrency:2} at once  {small:7.2f} ms  {large:7.2f} ms  {ratio:5.2f}"
            f"  {'holds' if holds else 'DOES NOT HOLD'}"
        )
    return does_hold


def measure(homes: list[dict[str, str]], users: list[int]) -> tuple[list[Medians], dict[str, int]]:
    """Serve both installations and call them in turns.

    The second value is how often tables of the last had been read as a whole before.
    """
    with ExitStack() as stack:
        sides = []
        for home, count in zip(homes, users, strict=True):
            server = stack.enter_context(
                serve(home["DATABASE_URL"], workers=WORKERS, threads=THREADS, **UNTHROTTLED)
            )
            sides.append(callers(server, users=count, count=max(CONCURRENCIES)))
        before = whole_reads(homes[-1]["DATABASE_URL"])
        return compare(sides), before


def main() -> int:
    """Fill, measure, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument("--rows", type=int, default=5_000_000, help="sessions, tokens, events ...")
    rows = parser.parse_args().rows
    users = [LEAST_USERS, min(max(rows // 50, LEAST_USERS), USERS_AT_MOST)]
    with throwaway_postgres() as url:
        print(f"PostgreSQL {server_version(url)}", flush=True)
        few = installed(url, "few", rows=FEW, users=users[0])
        many = installed(url, "many", rows=rows, users=users[1])
        found, before = measure([few, many], users)
        after = whole_reads(many["DATABASE_URL"])
    does_hold = report(*found)
    read = {name: after[name] - count for name, count in before.items() if after[name] != count}
    print(f"large tables: {', '.join(sorted(before))}")
    print(f"read as a whole during the calls: {read or 'none'}")
    return 0 if does_hold and not read else 1


if __name__ == "__main__":
    sys.exit(main())
