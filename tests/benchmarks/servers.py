"""The variants' servers: the same gunicorn, the same configuration file, another application."""

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import processes
from tests.postgres import free_port, stop
from tests.server import ROOT, START_SECONDS, ServerFailed

HOST = "127.0.0.1"
WORKERS = 2
_PEERS = "tests.benchmarks.peers"


@dataclass(frozen=True)
class Variant:
    """One way to write the application."""

    name: str
    settings: str = "config.settings"
    app: str = "config.wsgi"

    @property
    def is_stock(self) -> bool:
        return self.name.startswith("stock")


OURS = "hyperspeed"
VARIANTS = {
    variant.name: variant
    for variant in (
        Variant(OURS),
        Variant("stock", f"{_PEERS}.stock_settings"),
        Variant("stock-ours", f"{_PEERS}.stock_ours_settings"),
        Variant("floor", f"{_PEERS}.floor_settings"),
        Variant("wsgi", app=f"{_PEERS}.wsgi"),
    )
}


@dataclass(frozen=True)
class Server:
    """A running variant."""

    variant: Variant
    port: int
    pid: int
    log: Path

    @property
    def workers(self) -> list[int]:
        return processes.children(self.pid)

    def expect(self, workers: Sequence[int]) -> None:
        """Raises ServerFailed if these are not the workers any more: the figures would be off."""
        if self.workers != list(workers):
            raise ServerFailed(f"A worker of {self.variant.name} has ended:\n{self.log_end()}")

    def log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def memory(self) -> int:
        """Bytes of master and workers."""
        return processes.proportional_bytes([self.pid, *self.workers])


@contextmanager
def running(
    variant: Variant, environment: Mapping[str, str], workers: int = WORKERS
) -> Iterator[Server]:
    """Serve the variant until the end of the block. Raises ServerFailed."""
    port = free_port()
    told = {**environment, "DJANGO_SETTINGS_MODULE": variant.settings}
    told["WEB_CONCURRENCY"] = str(workers)
    with tempfile.TemporaryDirectory(prefix="hyperspeed-bench-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", variant.app, "--bind", f"{HOST}:{port}"],
                cwd=ROOT,
                env=told,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            server = Server(variant, port, process.pid, log)
            _wait_until_up(server, process, workers)
            yield server
        finally:
            stop(process)


def _wait_until_up(server: Server, process: subprocess.Popen[bytes], workers: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            if _answers(server.port) and len(server.workers) == workers:
                return
        time.sleep(0.05)
    raise ServerFailed(f"{server.variant.name}:\n{server.log.read_text(errors='replace')}")


def _answers(port: int) -> bool:
    # A proxy of the environment has no business on the loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(urllib.error.HTTPError):  # another application than ours, but it answers
        opener.open(f"http://{HOST}:{port}/health", timeout=2).close()
    return True
