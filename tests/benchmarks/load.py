"""The client of the standard library: many connections in one process, one request each at a time.

It parses as little as it can. `run` is what each of its processes does.
"""

import json
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 60
# Between two connects: of a burst one worker takes nearly all.
PAUSE_SECONDS = 0.003
_CHUNK = 65536


@dataclass(frozen=True)
class Chain:
    """Requests of which each brings the token that answered the one before."""

    head: bytes
    name: str  # of the token, in both bodies
    token: str

    def request(self) -> bytes:
        body = json.dumps({self.name: self.token}).encode()
        return self.head % len(body) + body

    def after(self, body: bytes) -> "Chain":
        return replace(self, token=json.loads(body)[self.name])


@dataclass(frozen=True)
class Line:
    """One connection: where it comes from and what it sends, in turn."""

    source: str
    requests: Sequence[bytes] = ()
    chain: Chain | None = None


@dataclass(frozen=True)
class Share:
    """What one process does: until `seconds` after `start_at`, or `limit` requests a line."""

    port: int
    lines: Sequence[Line]
    start_at: float  # time.monotonic(), which all processes share
    seconds: float = 0
    limit: int = 0


@dataclass
class Result:
    """What came of it. Times are seconds."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0  # from the start to the last answer
    client_cpu: float = 0
    lines: list[Line] = field(default_factory=list)  # with the chains as they are now
    refused: list[tuple[int, str]] = field(default_factory=list)  # anything but 2xx


class _Connection:
    def __init__(self, port: int, line: Line) -> None:
        self.line = line
        address, source = (HOST, port), (line.source, 0)
        self.socket = socket.create_connection(address, TIMEOUT_SECONDS, source)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0
        self.sent_at = 0.0
        self._buffer = b""

    def send(self) -> None:
        chain, requests = self.line.chain, self.line.requests
        request = chain.request() if chain else requests[self.sent % len(requests)]
        self.sent += 1
        self.sent_at = time.monotonic()
        with suppress(ConnectionError):  # closed meanwhile: that is seen when it is read
            self.socket.sendall(request)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body, once they are whole. Raises ConnectionError if there will be none."""
        data = self.socket.recv(_CHUNK)
        if not data:
            seconds = time.monotonic() - self.sent_at
            raise ConnectionResetError(f"closed after {seconds:.1f} s and {self._buffer[:200]!r}")
        self._buffer += data
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark or len(body) < _content_length(head):
            return None
        self._buffer = b""
        return int(head[9:12]), body

    def follow(self, body: bytes) -> None:
        if self.line.chain:
            self.line = replace(self.line, chain=self.line.chain.after(body))


def run(share: Share) -> Result:
    """Send, each line its next request when the last is answered; all are answered at the end."""
    result = Result()
    connections = []
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for line in share.lines:
            connections.append(_Connection(share.port, line))
            stack.enter_context(connections[-1].socket)
            time.sleep(PAUSE_SECONDS)
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        time.sleep(max(0.0, share.start_at - time.monotonic()))
        started_at, cpu = time.monotonic(), time.process_time()
        for connection in connections:
            connection.send()
        for status, body in _answers(selector, share, result):
            if not 200 <= status < 300:
                result.refused.append((status, body[:500].decode(errors="replace")))
        result.seconds = time.monotonic() - started_at
        result.client_cpu = time.process_time() - cpu
    result.lines = [connection.line for connection in connections]
    return result


def _answers(
    selector: selectors.BaseSelector, share: Share, result: Result
) -> Iterator[tuple[int, bytes]]:
    ends_at = share.start_at + share.seconds
    waiting = len(share.lines)
    while waiting:
        ready = selector.select(TIMEOUT_SECONDS)
        if not ready:
            raise TimeoutError(f"{waiting} requests got no answer in {TIMEOUT_SECONDS} s")
        for key, _ in ready:
            connection: _Connection = key.data
            answer = connection.receive()
            if answer is None:
                continue
            now = time.monotonic()
            result.latencies.append(now - connection.sent_at)
            yield answer
            is_good = 200 <= answer[0] < 300
            if is_good:
                connection.follow(answer[1])
            more = connection.sent < share.limit if share.limit else now < ends_at
            if is_good and more:
                connection.send()
            else:
                waiting -= 1
                selector.unregister(connection.socket)  # the server may close it now


def _content_length(head: bytes) -> int:
    _, mark, rest = head.lower().partition(b"\r\ncontent-length:")
    if not mark:
        raise ConnectionError(f"an answer without a length: {head!r}")
    return int(rest.partition(b"\r\n")[0])
