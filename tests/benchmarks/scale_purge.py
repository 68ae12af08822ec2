"""The purge of a million expired sessions and their ledger, under a server that goes on working.

`python -m tests.benchmarks.scale_purge [--rows N]`; exits with 1 if a transaction took 100 ms, the
process grew by 50 MiB, or a call of a client failed.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.benchmarks.installation import FEW, UNTHROTTLED, installed
from tests.benchmarks.scale_calls import Caller, callers
from tests.benchmarks.scale_fill import LEAST_USERS, fill_expired
from tests.postgres import throwaway_postgres
from tests.server import ROOT, Server, serve

LOCK_MS, GROWTH_MIB, CALLERS = 100, 50, 4
WATCH_SECONDS = 0.005
# Of anybody but ourselves and the server's own processes.
LONGEST = """
SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND backend_xid IS NOT NULL
"""
LEFT = """
SELECT (SELECT count(*) FROM accounts_session WHERE expires_at < now() - interval '30 days')
    + (SELECT count(*) FROM token_blacklist_outstandingtoken WHERE expires_at < now())
"""


def purge(server: Server) -> tuple[float, float, float]:
    """Run it; the seconds it took, the MiB it held at most, the longest lock that it tells of."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        command = [sys.executable, "manage.py", "purge_expired"]
        process = subprocess.Popen(
            command, cwd=ROOT, env={**server.environment}, stderr=output, stdout=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode()
    assert process.returncode == 0, said
    print(said, end="")
    held = re.search(r"for (\d+) ms", said)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return time.monotonic() - started, usage.ru_maxrss / unit, float(held[1]) if held else 0.0


def work(person: Caller, is_over: threading.Event) -> list[float]:
    """Refresh and read until it is over; the milliseconds of each call. Raises for a failure."""
    times = []
    while not is_over.is_set():
        times += person.milliseconds("POST refresh", 1) + person.milliseconds("GET /me, JWT", 1)
    return times


def watch(url: str, is_over: threading.Event) -> float:
    """The longest transaction with writes that was seen, in milliseconds."""
    longest = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        while not is_over.is_set():
            (seconds,) = connection.execute(LONGEST).fetchone() or (None,)
            longest = max(longest, 1000 * float(seconds or 0))
            time.sleep(WATCH_SECONDS)
    return longest


def measure(server: Server, rows: int) -> bool:
    """Purge under load and print the figures; whether they hold."""
    url = server.environment["DATABASE_URL"]
    people = callers(server, users=LEAST_USERS, count=CALLERS)
    _, small, _ = purge(server)
    fill_expired(url, rows)
    is_over = threading.Event()
    with ThreadPoolExecutor() as pool:
        workers = [pool.submit(work, person, is_over) for person in people]
        seen = pool.submit(watch, url, is_over)
        try:
            seconds, peak, held = purge(server)
        finally:
            is_over.set()
    times = sorted(value for worker in workers for value in worker.result())
    with psycopg.connect(url) as connection:
        (left,) = connection.execute(LEFT).fetchone() or (0,)
    print(
        f"{rows} sessions with a spent token each in {seconds:.0f} s ({rows / seconds:.0f} / s);"
        f" at most {held:.0f} ms in a transaction by its own count, {seen.result():.0f} ms seen in"
        f" any; {peak - small:.0f} MiB more memory; {len(times)} calls meanwhile, all answered,"
        f" median {statistics.median(times):.0f} ms, longest {times[-1]:.0f} ms; {left} left"
    )
    return held < LOCK_MS and peak - small < GROWTH_MIB and not left


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale_purge")
    parser.add_argument("--rows", type=int, default=1_000_000, help="expired sessions")
    rows = parser.parse_args().rows
    with throwaway_postgres() as url:
        home = installed(url, "purged", rows=FEW, users=LEAST_USERS)
        with serve(home["DATABASE_URL"], workers=2, **UNTHROTTLED) as server:
            return 0 if measure(server, rows) else 1


if __name__ == "__main__":
    sys.exit(main())
