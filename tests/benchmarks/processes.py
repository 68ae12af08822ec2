"""What processes have used, from Linux's /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK_MICROSECONDS = 1_000_000 / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def parent(pid: int) -> int:
    return int(_stat(pid)[1])


def cpu(pid: int) -> float:
    """Microseconds of CPU that a process has used, in all of its threads."""
    return sum(map(int, _stat(pid)[11:13])) * _TICK_MICROSECONDS


def family_cpu(pid: int) -> float:
    """Of a process and its children, those that have ended too (their parent keeps the sum)."""
    reaped = sum(map(int, _stat(pid)[13:15])) * _TICK_MICROSECONDS
    return reaped + sum(_cpu_or_nothing(each) for each in (pid, *children(pid)))


def proportional_bytes(pids: Iterable[int]) -> int:
    """The memory of processes; what n processes share counts for one n-th in each."""
    return sum(_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in pids)


def resident_bytes(pids: Iterable[int]) -> int:
    """The memory of processes; what they share counts in each."""
    return sum(_field(Path(f"/proc/{pid}/status"), "VmRSS:") for pid in pids)


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold blanks; the first is the state."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_or_nothing(pid: int) -> float:
    try:
        return cpu(pid)
    except FileNotFoundError:  # it has just ended
        return 0


def _field(path: Path, name: str) -> int:
    lines = path.read_text().splitlines()
    found = [1024 * int(line.split()[1]) for line in lines if line.startswith(name)]
    return sum(found)  # a process that is ending has none
