"""Many log-ins at the same moment: how much memory the workers take at the most."""

import threading
from collections.abc import Sequence

from tests.benchmarks import processes
from tests.benchmarks.bars import Verdict
from tests.benchmarks.calls import CALLS
from tests.benchmarks.client import Client
from tests.benchmarks.servers import Server

AT_ONCE = 64
ALLOWED_MIB = 512
_MIB = 1024 * 1024
_PAUSE_SECONDS = 0.01


class _Watch(threading.Thread):
    """Looks at what the workers hold, again and again."""

    def __init__(self, workers: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self._workers = workers
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._done.wait(_PAUSE_SECONDS):
            self.peak = max(self.peak, processes.resident_bytes(self._workers))

    def stop(self) -> int:
        self._done.set()
        self.join()
        return self.peak


def flood(client: Client, server: Server) -> list[Verdict]:
    """64 log-ins at once: memory, and answers of 500 and above."""
    workers = server.workers
    watch = _Watch(workers)
    watch.start()
    result = client.at_once(server, CALLS["login"], AT_ONCE)
    server.expect(workers)
    mebibytes = watch.stop() / _MIB
    errors = sum(status >= 500 for status, _ in result.refused)
    title = f"{AT_ONCE} log-ins at once"
    return [
        Verdict(
            f"{title}, MiB in all workers at the peak",
            f"< {ALLOWED_MIB}",
            f"{mebibytes:.0f}",
            0 < mebibytes < ALLOWED_MIB,
        ),
        Verdict(f"{title}, answers ≥ 500", "0", str(errors), errors == 0),
    ]
