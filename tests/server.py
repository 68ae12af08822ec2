"""A real server for the length of a `with` block: gunicorn on a free port of the loopback."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 15


class ServerFailed(Exception):
    """The server did not start; the message is what it logged."""


@dataclass(frozen=True)
class Server:
    """A running server: where it is, the environment it has, and its log."""

    url: str
    environment: Mapping[str, str]
    log: Path
    pid: int

    def manage(self, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
        """Run a manage.py command on the server's database; never raises for its exit code."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **values},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def production_environment(database_url: str, port: int, **values: str) -> dict[str, str]:
    """What a server is told: production mode, throw-away secrets, this database; then `values`."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SIGNING_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        **values,
    }


def migrate(database_url: str, **values: str) -> None:
    """Bring the database up to date; `values` are added to the environment. Raises ServerFailed."""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "-v0"],
        cwd=ROOT,
        env=production_environment(database_url, 8000, **values),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerFailed(done.stderr)


@contextmanager
def serve(
    database_url: str,
    *,
    app: str = "config.wsgi",
    workers: int = 1,
    threads: int = 8,
    **values: str,
) -> Iterator[Server]:
    """Serve `app` on a database that is migrated, and stop the server at the end.

    `values` are added to the environment. Raises ServerFailed.
    """
    port = _free_port()
    environment = production_environment(database_url, port, **values)
    with tempfile.TemporaryDirectory(prefix="hyperspeed-server-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                _command(app, port, workers, threads),
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_up(process, port, log)
            yield Server(f"http://127.0.0.1:{port}", environment, log, process.pid)
        finally:
            _stop(process)


def _command(app: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--threads", str(threads), "--access-logfile", "-"),
        *(["--preload"] if workers > 1 else []),  # loaded once, not in each worker
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    # A proxy of the environment has no business on the loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except urllib.error.HTTPError:
            return  # another application than ours, but it answers
        except OSError:
            time.sleep(0.05)
    raise ServerFailed(log.read_text(encoding="utf-8", errors="replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
