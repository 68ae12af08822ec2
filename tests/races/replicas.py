"""Commands that start at the same moment, as in ten containers of one deployment."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.races.applications import Application
from tests.server import ROOT

AT_ONCE = 10
START_SECONDS = 120

Ended = subprocess.CompletedProcess[str]


def run_at_once(
    application: Application, command: Sequence[str], content: bytes, *options: str
) -> list[Ended]:
    """Run a command with a file ten times. Each file is a pipe, and is written once all read."""
    with TemporaryDirectory(prefix="hyperspeed-race-") as folder:
        pipes = [Path(folder, str(number)) for number in range(AT_ONCE)]
        for pipe in pipes:
            os.mkfifo(pipe)
        running = [start(application, [*command, str(pipe), *options]) for pipe in pipes]
        for writer in [writer_of(pipe) for pipe in pipes]:
            os.write(writer, content)
            os.close(writer)
        ended = [(process, *process.communicate()) for process in running]
    return [Ended([], process.returncode, out, err) for process, out, err in ended]


def start(application: Application, command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=application.server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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
