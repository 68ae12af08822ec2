"""What `gunicorn config.wsgi` runs with; the command line and GUNICORN_CMD_ARGS go first."""

import gc
import os
import shutil
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn has no types

# Threads: a request waits for the database for a third of its time, and connections are kept alive,
# which the sync worker does not do. More than 8 do not help: one process computes one at a time.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8

# A client beside the proxy could move the application to another path: by default these headers
# count when the peer is the loopback.
forwarder_headers = ""
# Whether X-Forwarded-Proto counts is for TRUSTED_PROXIES to say.
secure_scheme_headers: dict[str, str] = {}


class ServerLogger(Logger):  # type: ignore[misc]  # for the same reason
    """The server's own lines, in the form of the application's."""

    def setup(self, cfg: Any) -> None:
        # By now gunicorn has made this folder importable.
        from accounts.logs import JsonFormatter  # noqa: PLC0415
        from config.env import Environment, log_format  # noqa: PLC0415

        super().setup(cfg)
        if log_format(Environment(os.environ)) == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())

    def exception(self, msg: str, *args: Any, **options: Any) -> None:
        """A client that falls silent within the head of its request is no defect."""
        tell = self.debug if isinstance(sys.exception(), BlockingIOError) else super().exception
        tell(msg, *args, **options)


logger_class = ServerLogger

# Nothing here is controlled while it runs.
control_socket_disable = True

# Where the workers count for /-/metrics: a folder a master, made before anything is loaded. A
# master that was started by another one (USR2) makes its own, and one that reads this again keeps
# its own. The files of a worker that has ended stay: what it counted still counts.
_FOLDER, _MASTER = "PROMETHEUS_MULTIPROC_DIR", "HYPERSPEED_MASTER"
_is_counted = bool(os.environ.get("METRICS_TOKEN") or os.environ.get("METRICS_TOKEN_FILE"))
if _is_counted and os.environ.get(_MASTER) != str(os.getpid()):
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="hyperspeed-metrics-")
    os.environ[_MASTER] = str(os.getpid())


def pre_fork(_server: object, _worker: object) -> None:
    """What tidies /tmp may have taken the folder, and a worker cannot do without it."""
    if _is_counted:
        Path(os.environ[_FOLDER]).mkdir(mode=0o700, parents=True, exist_ok=True)


def on_exit(_master: object) -> None:
    """What was counted ends with the master."""
    if _is_counted:
        shutil.rmtree(os.environ[_FOLDER], ignore_errors=True)


# How long a thread waits for the next part of a request. Where no proxy collects it first (nginx
# does, Caddy sends a body on as it comes), a few clients that fall silent would keep all others out
# for as long as they like.
SILENT_SECONDS = 10


def when_ready(server: Any) -> None:
    """Connections have it from the socket that they come in by. It is for reading alone: an answer
    may take longer to be fetched, and gunicorn waits elsewhere for the next request."""
    limit = struct.pack("ll", SILENT_SECONDS, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)


def post_worker_init(_worker: object) -> None:
    """What is loaded by now stays: the garbage collector need not look at it again and again."""
    gc.freeze()
