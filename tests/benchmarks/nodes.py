"""One node and two on one PostgreSQL: `python -m tests.benchmarks.nodes` (Linux, as root).

Nodes, database and clients share this machine. So the kernel gives each node a fixed share of one
core, far below what the machine has, and the rest of the machine's work waits: then a node is
limited by its own CPU, as on a machine of its own, and two nodes do twice as much unless they wait
for each other in the database. It does not show where one PostgreSQL ends: that is calculated from
the database's CPU per call.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from urllib.parse import urlsplit

import psycopg

from tests.benchmarks import processes
from tests.benchmarks.people import CALLS, Person
from tests.benchmarks.shares import QuotaUnavailable, group_of, join
from tests.postgres import server_version, throwaway_postgres
from tests.server import Server, migrate, serve

CLIENTS = 8  # a node's threads
ENVIRONMENT = {
    # Each client is a network of its own, as people are.
    "TRUSTED_PROXIES": "1",
    "AUTH_RATE_PER_MINUTE": "1000000",
    "REGISTRATIONS_PER_HOUR": "1000000",
    "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
    "JWT_SIGNING_KEY": "13579bdf02468ace13579bdf02468ace" * 2,
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "GUNICORN_CMD_ARGS": "--keep-alive 600",  # connections last, as a load balancer's do
}
SIZES = """
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_database_size(current_database())
"""
# What a person at work asks for, in calls a second.
MIX = {"GET /me": 2 / 60, "GET permissions": 2 / 60, "refresh": 1 / (15 * 60), "log-in": 1 / 86_400}


@dataclass(frozen=True)
class Node:
    """A server that is held to its share, and the people who talk to it."""

    server: Server
    people: list[Person]


@dataclass(frozen=True)
class Run:
    """What came of one kind of call in one run: per second, and per call."""

    rate: float
    share: float  # of what the nodes may take, how much they took
    node_cpu: float  # microseconds
    database_cpu: float
    wal_bytes: float
    disk_bytes: float


class Postgres:
    """The server, seen from beside it: it runs on this machine."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._pid = processes.parent(self._connection.info.backend_pid)

    def pids(self) -> set[int]:
        return {self._pid, *processes.children(self._pid)}

    def cpu(self) -> float:
        """The microseconds that all its processes have taken."""
        return processes.family_cpu(self._pid)

    def sizes(self) -> tuple[int, int]:
        """The bytes of write-ahead log written so far, and those of the database on the disk."""
        wal, disk = self._connection.execute(SIZES).fetchone() or (0, 0)
        return int(wal), int(disk)


def work_until(end: float, call: Callable[[Person], None], person: Person) -> int:
    """How many calls one person made, one after the other."""
    made = 0
    while time.monotonic() < end:
        call(person)
        made += 1
    return made


def run(
    call: Callable[[Person], None],
    nodes: Sequence[Node],
    postgres: Postgres,
    seconds: float,
    share: float,
) -> Run:
    """All people of these nodes make this call as often as they can."""
    people = [person for node in nodes for person in node.people]
    (wal, disk), database, cpu = postgres.sizes(), postgres.cpu(), cpu_of(nodes)
    started = time.monotonic()
    with ThreadPoolExecutor(len(people)) as pool:
        made = sum(pool.map(partial(work_until, started + seconds, call), people))
    lasted = time.monotonic() - started
    cpu, database = cpu_of(nodes) - cpu, postgres.cpu() - database
    wal_after, disk_after = postgres.sizes()
    taken = cpu / 1e6 / (share * len(nodes) * lasted)
    per_call = (cpu / made, database / made, (wal_after - wal) / made, (disk_after - disk) / made)
    return Run(made / lasted, taken, *per_call)


def cpu_of(nodes: Sequence[Node]) -> float:
    """The microseconds that they have taken."""
    return sum(processes.family_cpu(node.server.pid) for node in nodes)


@contextmanager
def running_nodes(url: str, share: float) -> Iterator[list[Node]]:
    """Two nodes, one process each, with people who have logged in; then they are held back."""
    migrate(url)
    with ExitStack() as stack:
        groups = [stack.enter_context(group_of(f"node{n}", share)) for n in range(2)]
        servers = [
            stack.enter_context(serve(url, workers=1, threads=CLIENTS, **ENVIRONMENT))
            for _ in groups
        ]
        hosts = [urlsplit(server.url).netloc for server in servers]
        founder = Person(hosts[0], 0, organization_name="Acme")
        people = [list[Person](), list[Person]()]
        for number in range(2 * CLIENTS):
            token = founder.call("POST", f"{founder.home}/invites", {})["token"]
            people[number % 2].append(Person(hosts[number % 2], number + 1, invite_token=token))
        for group, server in zip(groups, servers, strict=True):
            join(group, [server.pid, *processes.children(server.pid)])
        yield [Node(*pair) for pair in zip(servers, people, strict=True)]


def middle(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        *(median(values) for values in zip(*(vars(one).values() for one in runs), strict=True))
    )


def line(name: str, one: Run, two: Run) -> str:
    """A row of the table."""
    figures = (
        f"{one.rate:.0f}",
        f"{two.rate:.0f}",
        f"{two.rate / one.rate:.2f}",
        f"{one.share:.0%}, {two.share:.0%}",
        f"{one.node_cpu / 1e3:.2f}, {two.node_cpu / 1e3:.2f}",
        f"{one.database_cpu:.0f}, {two.database_cpu:.0f}",
        f"{two.wal_bytes:.0f}",
        f"{two.disk_bytes:.0f}",
    )
    return f"| {' | '.join((name, *figures))} |"


HEAD = """\
| call | 1 node, a second | 2 nodes, a second | growth | of their share, taken | node: CPU ms a call | database: CPU µs a call | WAL bytes a call | disk bytes a call |
|---|---|---|---|---|---|---|---|---|"""  # noqa: E501 (a table)


def measure(nodes: Sequence[Node], postgres: Postgres, options: argparse.Namespace) -> None:
    """One node, two, one, two...: print the medians of each call."""
    print(HEAD)
    cost = 0.0
    for name, call in CALLS.items():
        runs: dict[int, list[Run]] = {1: [], 2: []}
        for _ in range(options.rounds):
            for count, done in runs.items():
                done.append(run(call, nodes[:count], postgres, options.seconds, options.share))
        print(line(name, middle(runs[1]), middle(runs[2])), flush=True)
        cost += MIX[name] * middle(runs[2]).database_cpu
    print(f"A person at work costs {cost:.1f} µs of the database a second:")
    print(f"{0.5e6 / cost:,.0f} people at work at half of one core.")


def main() -> int:
    """Print the table; 1 where no process can be limited."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.25, help="of a core, a node (0.25)")
    parser.add_argument("--seconds", type=float, default=2, help="a run (2)")
    parser.add_argument("--rounds", type=int, default=3, help="of one node, then two (3)")
    options = parser.parse_args()
    try:
        with throwaway_postgres() as url, running_nodes(url, options.share) as nodes:
            print(f"PostgreSQL {server_version(url)}, {options.share:.0%} of a core a node")
            postgres = Postgres(url)
            with group_of("others") as group:
                join(group, {os.getpid(), *postgres.pids()})
                measure(nodes, postgres, options)
    except QuotaUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
