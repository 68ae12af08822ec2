"""Bodies that inflate, nest or never end leave the workers as small as they were."""

import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.rows_bodies import BOMBS, CHUNKED_LARGE, DEEP_EVERYWHERE
from tests.acceptance.runner import Runner
from tests.acceptance.table import Ask
from tests.acceptance.world import THREADS, UNLIMITED, WORKERS, World
from tests.races.databases import fresh_database
from tests.server import serve

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

USUAL, ROUNDS = 200, 3
AT_OPEN_DOORS = [bomb for bomb in BOMBS if not bomb.by]  # the others are refused before
MIB = 1024 * 1024
# A bomb that went off holds 40 MB in one worker alone.
ALLOWED_FOR_BOMBS = 10 * MIB
# A body of 30 MB would hold as much; what is nested is read, a mebibyte of it at the most.
ALLOWED_FOR_ALL = 40 * MIB


def resident_bytes(pid: int) -> int:
    """What all workers of the server hold."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = [Path(f"/proc/{child}/status").read_text() for child in children]
    peaks = [line.split()[1] for text in status for line in text.splitlines() if "VmHWM" in line]
    return 1024 * sum(map(int, peaks))


def test_bombs_and_endless_bodies_take_no_memory() -> None:
    """Measured at the peaks, what was freed again too, on a server that has seen no such body."""
    others = [*CHUNKED_LARGE, *DEEP_EVERYWHERE[:9]]
    with (
        fresh_database() as database,
        serve(database.url, workers=WORKERS, threads=THREADS, **UNLIMITED) as server,
    ):
        world = World(server, database, {"host": urlsplit(server.url).netloc})
        runner = Runner(world)
        for _ in range(USUAL):
            world.send(runner.request(Ask("POST /auth/refresh", {401}, {"refresh_token": "x"})))
        before = resident_bytes(server.pid)
        send(runner, AT_OPEN_DOORS)
        bombed = resident_bytes(server.pid) - before
        send(runner, others * ROUNDS)
        grown = resident_bytes(server.pid) - before
    print(f"at the peak {bombed / MIB:.1f} MiB more by bombs, {grown / MIB:.1f} MiB by all")
    assert bombed < ALLOWED_FOR_BOMBS
    assert grown < ALLOWED_FOR_ALL


def send(runner: Runner, hostile: Sequence[Ask]) -> None:
    for ask in hostile:
        assert runner.world.send(runner.request(ask)).status in range(400, 416)
