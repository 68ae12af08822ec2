"""A proxy before PostgreSQL that counts what a client asks of it, on the wire.

It reads PostgreSQL's frontend protocol 3.0 and changes nothing. Not for TLS: whoever encrypts is
not understood, and told so.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = "127.0.0.1"
_CHUNK = 65536
_PREFIX = 5  # the type of a message and its length
_MAX_STARTUP, _MAX_MESSAGE = 10_000, 1 << 30  # bytes, the server's own limits
_NEGOTIATIONS = {80877103, 80877104}  # SSLRequest, GSSENCRequest: a startup packet follows
_CONTROL = {b"BEGIN", b"COMMIT", b"ROLLBACK", b"SAVEPOINT", b"RELEASE"}


@dataclass(frozen=True)
class Count:
    """How much was asked."""

    statements: int = 0  # simple queries and executions of prepared ones, those below too
    control: int = 0  # of these BEGIN, COMMIT and their like
    empty: int = 0  # of these empty ones: checks whether the connection lives
    round_trips: int = 0  # how often the client waited for the server

    def __sub__(self, other: "Count") -> "Count":
        return Count(
            self.statements - other.statements,
            self.control - other.control,
            self.empty - other.empty,
            self.round_trips - other.round_trips,
        )


class Counter:
    """Adds up over all connections; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = Count()

    @property
    def total(self) -> Count:
        """Since the start: take the difference of two."""
        return self._total

    def add(self, kind: bytes, text: bytes) -> None:
        """One message of a client; `text` is its body, or the statement that it executes."""
        words = text.rstrip(b"\0;").upper().split(maxsplit=1)
        is_statement = kind in {b"Q", b"E"}
        with self._lock:
            self._total = Count(
                self._total.statements + is_statement,
                self._total.control + (is_statement and bool(words) and words[0] in _CONTROL),
                self._total.empty + (is_statement and not words),
                self._total.round_trips + (kind in {b"Q", b"S"}),
            )


class Reader:
    """Cuts one client's bytes into messages."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._buffer = bytearray()
        self._is_starting = True
        self._statements: dict[bytes, bytes] = {}  # by the name they were prepared under
        self._bound = b""

    def feed(self, data: bytes) -> None:
        """Count the messages that `data` completes. Raises ValueError for what is none."""
        self._buffer += data
        while self._take():
            pass

    def _take(self) -> bool:
        prefix = _PREFIX - self._is_starting
        if len(self._buffer) < prefix:
            return False
        (length,) = struct.unpack_from("!I", self._buffer, prefix - 4)
        end = prefix - 4 + length
        if not 4 <= length <= (_MAX_STARTUP if self._is_starting else _MAX_MESSAGE):
            raise ValueError("this is not PostgreSQL's protocol (TLS?)")
        if len(self._buffer) < end:
            return False
        kind, body = bytes(self._buffer[: prefix - 4]), bytes(self._buffer[prefix:end])
        del self._buffer[:end]
        if self._is_starting:
            self._is_starting = struct.unpack_from("!I", body)[0] in _NEGOTIATIONS
        else:
            self._see(kind, body)
        return True

    def _see(self, kind: bytes, body: bytes) -> None:
        if kind == b"P":
            name, statement, _ = body.split(b"\0", 2)
            self._statements[name] = statement
        elif kind == b"B":
            _, name, _ = body.split(b"\0", 2)
            self._bound = self._statements.get(name, b"?")
        self._counter.add(kind, self._bound if kind == b"E" else body)


@contextmanager
def counted(url: str) -> Iterator[tuple[str, Counter]]:
    """Yield the URL of the same database through the proxy, and its counter."""
    parts = urlsplit(url)
    target = (parts.hostname or HOST, parts.port or 5432)
    counter = Counter()
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(listener, target, counter), daemon=True).start()
        try:
            credentials = parts.netloc.rpartition("@")[0]
            netloc = f"{credentials}@{HOST}:{port}" if credentials else f"{HOST}:{port}"
            yield parts._replace(netloc=netloc).geturl(), counter
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for connections


def _accept(listener: socket.socket, target: tuple[str, int], counter: Counter) -> None:
    with suppress(OSError):  # closed: the block has ended
        while True:
            client = listener.accept()[0]
            server = socket.create_connection(target)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = Reader(counter)
            for arguments in ((client, server, reader), (server, client, None)):
                threading.Thread(target=_pump, args=arguments, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, reader: Reader | None) -> None:
    """Counts before it forwards: what was answered has been counted."""
    with suppress(OSError), source:
        while data := source.recv(_CHUNK):
            if reader is not None:
                reader.feed(data)
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
