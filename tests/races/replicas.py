"""Commands that start at the same moment, as in ten containers of one deployment."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.races.applications import Application
from tests.races.forked import PIPE
from tests.server import ROOT

AT_ONCE = 10
START_SECONDS = 120


class Ended(NamedTuple):
    """What one of them printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def run_at_once(
    application: Application, command: Sequence[str], content: bytes, *options: str
) -> list[Ended]:
    """Run a module with a file ten times. Each file is a pipe, and is written once all read."""
    with TemporaryDirectory(prefix="hyperspeed-race-") as name:
        pipes = [Path(name, str(number)) for number in range(AT_ONCE)]
        for pipe in pipes:
            os.mkfifo(pipe)
        forked = [sys.executable, "-m", "tests.races.forked", name, *command, PIPE, *options]
        environment = application.server.environment
        with subprocess.Popen(forked, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as parent:
            for writer in [writer_of(pipe) for pipe in pipes]:
                os.write(writer, content)
                os.close(writer)
            codes = json.loads(parent.communicate()[0])
        return [Ended(code, *printed(pipe)) for code, pipe in zip(codes, pipes, strict=True)]


def printed(pipe: Path) -> tuple[str, str]:
    """On stdout, and on stderr."""
    out, err = (Path(f"{pipe}.{name}").read_text("utf-8") for name in ("out", "err"))
    return out, err


def writer_of(pipe: Path) -> int:
    """The end to write to, as soon as somebody waits at the other."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > deadline:
                raise
        time.sleep(0.02)
