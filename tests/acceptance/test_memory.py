"""Bodies that inflate, nest or never end leave the workers as small as they were."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.rows_bodies import BOMBS, CHUNKED_LARGE, DEEP_EVERYWHERE
from tests.acceptance.runner import Runner
from tests.acceptance.sql import PRODUCT_TABLES
from tests.acceptance.table import Ask
from tests.acceptance.world import THREADS, UNLIMITED, WORKERS, World
from tests.races.databases import fresh_database
from tests.server import serve

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

USUAL, ROUNDS = 200, 3
# A bomb that went off holds 40 MB in one worker alone, a body of 30 MB as much.
ALLOWED_BYTES = 40 * 1024 * 1024


def resident_bytes(pid: int) -> int:
    """What all workers of the server hold."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = [Path(f"/proc/{child}/status").read_text() for child in children]
    peaks = [line.split()[1] for text in status for line in text.splitlines() if "VmHWM" in line]
    return 1024 * sum(map(int, peaks))


def test_bombs_and_endless_bodies_take_no_memory() -> None:
    """Measured at the peaks, what was freed again too, on a server that has seen no such body."""
    hostile = [*BOMBS[:5], *CHUNKED_LARGE, *DEEP_EVERYWHERE[:9]] * ROUNDS
    with (
        fresh_database() as database,
        serve(database.url, workers=WORKERS, threads=THREADS, **UNLIMITED) as server,
    ):
        world = World(server, {"host": urlsplit(server.url).netloc}, Path(), PRODUCT_TABLES)
        runner = Runner(world)
        for _ in range(USUAL):
            world.send(runner.request(Ask("POST /auth/refresh", {401}, {"refresh_token": "x"})))
        before = resident_bytes(server.pid)
        for ask in hostile:
            assert world.send(runner.request(ask)).status in range(400, 416)
        grown = resident_bytes(server.pid) - before
    print(f"{len(hostile)} hostile bodies: {grown / 2**20:.1f} MiB more at the peak")
    assert grown < ALLOWED_BYTES
