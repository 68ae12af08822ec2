"""Writes the lines of the request log: many at once, and behind the back of those who answer."""

import atexit
import logging
import os
import time
from collections import deque
from select import PIPE_BUF
from threading import Event, Lock, Thread
from typing import Final

logger = logging.getLogger("hyperspeed.request_log")
GATHER_SECONDS: Final = 0.05
# 3 MiB of lines; they wait only for a log that takes nothing.
MAX_WAITING: Final = 10_000


class LogWriter:
    """Writes whole lines to a file descriptor, at the latest 50 ms after they came.

    A thread lets go of the interpreter to write, and among others that compute it waits long until
    it gets it back: with a write a request, a server under load answers a third fewer. So lines are
    gathered for a thread of their own, and what waits at the end of the process is written then.
    Who is killed (SIGKILL) loses the last 50 ms of them. If the log takes no more, lines are
    dropped, counted and told of, and requests are answered.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines = deque[str]()
        self._lost = 0
        self._is_waiting = Event()
        self._starting, self._flushing = Lock(), Lock()
        self._thread: Thread | None = None

    def write(self, line: str) -> None:
        """Take one line of ASCII with its end. Never waits, never raises."""
        if len(self._lines) >= MAX_WAITING:
            self._lost += 1
            return
        self._lines.append(line)
        if not self._is_waiting.is_set():
            self._wake()

    def flush(self) -> None:
        """Write what waits."""
        with self._flushing:
            while self._lines:
                lines = self._next_lines()
                left = "".join(lines).encode("ascii", "backslashreplace")
                try:
                    while left:
                        left = left[os.write(self._descriptor, left) :]
                except OSError:  # a log that is full or closed is no reason not to answer
                    self._lost += len(lines)
            lost, self._lost = self._lost, 0
        if lost:
            logger.error("%d lines of requests are missing: the log did not take them", lost)

    def _next_lines(self) -> list[str]:
        """As many as nothing can come into the middle of, when other processes write there too."""
        lines = [self._lines.popleft()]
        size = len(lines[0])
        while self._lines and (size := size + len(self._lines[0])) <= PIPE_BUF:
            lines.append(self._lines.popleft())
        return lines

    def _wake(self) -> None:
        self._is_waiting.set()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        """With the first line: by then a server has forked its workers."""
        with self._starting:
            if self._thread is None:
                atexit.register(self.flush)
                self._thread = Thread(target=self._run, name="request-log", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._is_waiting.wait()
            time.sleep(GATHER_SECONDS)
            self._is_waiting.clear()  # first: a line that comes from here on wakes again
            self.flush()
