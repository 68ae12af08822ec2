"""The writer of the request log, at a pipe."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from accounts import log_writer
from accounts.log_writer import MAX_WAITING, LogWriter
from tests.server import ROOT

pytestmark = pytest.mark.once

LINE = "x" * 99 + "\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_lines_are_written_by_themselves_and_in_order(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "GATHER_SECONDS", 0.05)
    reading, writing = pipe
    writer = LogWriter(writing)
    lines = [f"{number}\n" for number in range(100)]
    for line in lines:
        writer.write(line)
    with os.fdopen(os.dup(reading)) as log:
        assert [log.readline() for _ in lines] == lines


def test_the_lines_of_one_write_stay_together_in_a_pipe(pipe: tuple[int, int]) -> None:
    """What is longer than PIPE_BUF, the lines of other processes may come into the middle of."""
    reading, writing = pipe
    os.set_blocking(writing, False)
    os.write(writing, b"." * (65536 - select.PIPE_BUF))  # room for one such write
    writer = LogWriter(writing)
    for _ in range(100):
        writer._lines.append(LINE)
    writer.flush()
    assert os.read(reading, 65536).lstrip(b".").decode() == LINE * (select.PIPE_BUF // len(LINE))


def test_a_process_that_ends_writes_what_waits() -> None:
    code = "from accounts.log_writer import LogWriter; LogWriter(2).write('the last\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stderr == b"the last\n"


def test_a_log_that_takes_nothing_holds_nobody_up_and_what_it_misses_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reading, writing = os.pipe()
    writer = LogWriter(writing)
    for _ in range(3 * MAX_WAITING):  # nobody reads
        writer.write(LINE)
    waiting = len(writer._lines)
    os.close(reading)  # now it takes nothing at all
    writer.flush()
    assert waiting <= MAX_WAITING
    missing = sum(int(message.split()[0]) for message in caplog.messages)
    assert 3 * MAX_WAITING - 65536 / len(LINE) <= missing <= 3 * MAX_WAITING
    os.close(writing)
