"""HTTP as an attacker writes it: nothing is checked, quoted, added or normalised on the way."""

import http.client
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

ANSWER_SECONDS = 20
PIECE = 65536


@dataclass(frozen=True)
class Big:
    """A body that is too large to be written down: a unit, many times, between two ends."""

    unit: bytes
    times: int
    head: bytes = b""
    tail: bytes = b""

    def content(self) -> bytes:
        return self.head + self.unit * self.times + self.tail


@dataclass(frozen=True)
class Request:
    """What goes over the wire; text is sent as Latin-1, so any byte can be written."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    is_chunked: bool = False
    version: str = "HTTP/1.1"
    source: str = ""

    def head(self) -> bytes:
        lines = [f"{self.method} {self.target} {self.version}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def pieces(self) -> Iterator[bytes]:
        """The request in the portions in which it is sent."""
        yield self.head()
        for start in range(0, len(self.body), PIECE):
            piece = self.body[start : start + PIECE]
            yield b"%x\r\n%b\r\n" % (len(piece), piece) if self.is_chunked else piece
        if self.is_chunked:
            yield b"0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 stands for no answer, and the content says why."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    seconds: float

    def header(self, name: str) -> str | None:
        """All values of a header, joined; None without one."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None


def send(host: str, port: int, request: Request) -> Answer:
    """Send the request on a connection of its own and read the answer to its end."""
    started = time.monotonic()
    source = (request.source, 0) if request.source else None
    with socket.create_connection((host, port), ANSWER_SECONDS, source) as connection:
        _write(connection, request)
        response = http.client.HTTPResponse(connection, method=request.method)
        try:
            response.begin()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            note = f"{type(error).__name__}: {error}".encode()
            return Answer(0, (), note, time.monotonic() - started)
        finally:
            response.close()
        headers = tuple(response.getheaders())
        return Answer(response.status, headers, content, time.monotonic() - started)


def _write(connection: socket.socket, request: Request) -> None:
    """Stop as soon as the server answers or hangs up: it need not read what it refuses."""
    for piece in request.pieces():
        if len(piece) >= PIECE and select.select([connection], [], [], 0)[0]:
            return
        try:
            connection.sendall(piece)
        except OSError:
            return
