"""What happens to the file of an SQLite database, and is undone at the end of the block."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.node import Node


def file_of(node: Node) -> Path:
    return Path(urlsplit(node.database.url).path[1:])


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Nobody may write the file or the folder; for root, who always may, it is made immutable.

    Skips the test where neither can be had.
    """
    if os.geteuid() == 0:
        with _immutable(path):
            yield
        return
    mode = path.stat().st_mode
    path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        path.chmod(mode)


@contextmanager
def _immutable(path: Path) -> Iterator[None]:
    if not _chattr("+i", path):
        pytest.skip("root may write everything, and this file system has no immutable files")
    try:
        yield
    finally:
        assert _chattr("-i", path)


def _chattr(change: str, path: Path) -> bool:
    try:
        done = subprocess.run(["chattr", change, path], capture_output=True, check=False)  # noqa: S607
    except FileNotFoundError:
        return False
    return done.returncode == 0


@contextmanager
def full_disk(node: Node) -> Iterator[None]:
    """No file of the server's workers can grow past some bytes: fewer than a page takes.

    Their logs are lost for as long as it lasts.
    """
    if not hasattr(resource, "prlimit"):
        pytest.skip("the limits of another process can be set on Linux only")
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in node.living_workers()}
    try:
        for pid, (_, hard) in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (512, hard))
        yield
    finally:
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
