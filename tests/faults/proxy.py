"""The link between application and PostgreSQL, which can be cut, closed or silenced."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

HOST = "127.0.0.1"
CHUNK = 65536
STOP_SECONDS = 10


class Link:
    """Forwards connections to `target`; its port stays the same whatever happens to it."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._pairs = set[_Pair]()
        self._threads = list[threading.Thread]()
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        """Take connections (again)."""
        self._listener = socket.create_server((HOST, self.port), backlog=256)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def close(self) -> None:
        """As a server that is stopped: connections end, new ones are refused."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Wakes the thread that waits in accept(); closing alone does not.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        """End all connections; new ones are taken."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            pair.end()

    def silence(self) -> None:
        """As a server that is suspended: bytes and connections are taken, and nothing answers."""
        self._flowing.clear()

    def resume(self) -> None:
        """Deliver what was held back, in order."""
        self._flowing.set()

    def forget(self) -> None:
        """As a firewall that lost its table: old connections stay silent, new ones work."""
        with self._lock:
            for pair in self._pairs:
                pair.is_lost = True

    def stop(self) -> None:
        """End all of it, threads included."""
        self.close()
        self._flowing.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._start(self._connect, near)

    def _connect(self, near: socket.socket) -> None:
        self._flowing.wait()
        try:
            far = socket.create_connection(self._target)
        except OSError:
            near.close()
            return
        pair = _Pair(near, far, self._flowing)
        with self._lock:
            self._pairs.add(pair)
        answers = threading.Thread(target=pair.pump, args=(far, near), daemon=True)
        answers.start()
        pair.pump(near, far)
        answers.join()
        with self._lock:
            self._pairs.discard(pair)
        near.close()
        far.close()

    def _start(self, target: Callable[[socket.socket], None], argument: socket.socket) -> None:
        thread = threading.Thread(target=target, args=(argument,), daemon=True)
        self._threads.append(thread)
        thread.start()


class _Pair:
    """One connection: its two halves."""

    def __init__(self, near: socket.socket, far: socket.socket, flowing: threading.Event) -> None:
        self._near, self._far = near, far
        self._flowing = flowing
        self.is_lost = False  # what is sent goes nowhere

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass bytes on until one side ends; then end both."""
        with suppress(OSError):
            while content := source.recv(CHUNK):
                self._flowing.wait()
                if not self.is_lost:
                    sink.sendall(content)
        self.end()

    def end(self) -> None:
        for half in (self._near, self._far):
            with suppress(OSError):
                half.shutdown(socket.SHUT_RDWR)


@contextmanager
def link_to(url: str) -> Iterator[tuple[Link, str]]:
    """A link to the database of `url`, and the URL that leads through it."""
    parts = urlsplit(url)
    link = Link((parts.hostname or HOST, parts.port or 5432))
    credentials, _, _ = parts.netloc.rpartition("@")
    try:
        yield link, parts._replace(netloc=f"{credentials}@{HOST}:{link.port}").geturl()
    finally:
        link.stop()
