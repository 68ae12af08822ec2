"""How much CPU processes may take (Linux's control groups)."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Short, so that a node that has used its share does not stall for long.
PERIOD_MICROSECONDS = 20_000
CGROUPS = Path("/sys/fs/cgroup")
REMOVAL_SECONDS = 5


class QuotaUnavailable(Exception):
    """The kernel lets us limit no process: it takes root, and cgroups that can be written."""


@contextmanager
def group_of(name: str, share: float | None = None) -> Iterator[Path]:
    """A cgroup that goes before what else runs here, up to this share of one core in all.

    Processes `join` it; what is left in it at the end goes back. Raises QuotaUnavailable.
    """
    is_old = (CGROUPS / "cpu").is_dir()
    group = (CGROUPS / "cpu" if is_old else CGROUPS) / f"hyperspeed-{os.getpid()}-{name}"
    quota = str(int(share * PERIOD_MICROSECONDS)) if share else "-1" if is_old else "max"
    try:
        group.mkdir()
        if is_old:
            (group / "cpu.shares").write_text("65536")
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (group / "cpu.cfs_quota_us").write_text(quota)
        else:
            (group / "cpu.weight").write_text("10000")
            (group / "cpu.max").write_text(f"{quota} {PERIOD_MICROSECONDS}")
    except OSError as error:
        raise QuotaUnavailable(f"no process can be limited here: {error}") from error
    try:
        yield group
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            with suppress(OSError):  # it has ended
                (group.parent / "cgroup.procs").write_text(pid)
        _remove(group)


def join(group: Path, pids: Iterable[int]) -> None:
    """Put processes into a group; those that they start later are in it too."""
    for pid in pids:
        (group / "cgroup.procs").write_text(str(pid))


def _remove(group: Path) -> None:
    """The kernel takes a moment to notice that its last process has ended."""
    deadline = time.monotonic() + REMOVAL_SECONDS
    while True:
        try:
            group.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
