"""A client that vanishes or falls silent in the middle of its request."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.races.databases import fresh_database
from tests.server import Server, serve

pytestmark = [pytest.mark.race, pytest.mark.once]

REQUEST = (
    "POST /api/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-ID: {}\r\n"
    "Content-Type: application/json\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n"
)
RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)
LOG_SECONDS = 30
THREADS = 4


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fresh_database() as database, serve(database.url, threads=THREADS) as server:
        yield server


def begin_head(server: Server, request_id: str) -> socket.socket:
    """The start of a request, of whose headers more would come."""
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
    connection.sendall(REQUEST.format(request_id).removesuffix("\r\n").encode())
    return connection


def begin(server: Server, request_id: str) -> socket.socket:
    """The start of a log-in, which the application waits to read on."""
    connection = begin_head(server, request_id)
    connection.sendall(b"\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b'{"email": "ann')
    return connection


def lines_of(server: Server, request_id: str) -> str:
    """What the log says of a request, once it is done."""
    deadline = time.monotonic() + LOG_SECONDS
    while time.monotonic() < deadline:
        lines = [line for line in server.log.read_text().splitlines() if request_id in line]
        if any('"hyperspeed.request"' in line for line in lines):
            return "\n".join(lines)
        time.sleep(0.05)
    raise AssertionError(f"{request_id} never ended")


@pytest.mark.parametrize("ending", ["closed", "reset"])
def test_a_body_that_breaks_off_is_a_bad_request_and_no_defect(server: Server, ending: str) -> None:
    with closing(begin(server, f"broken-off-{ending}")) as connection:
        if ending == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_WHEN_CLOSED)
    told = lines_of(server, f"broken-off-{ending}")
    assert '"status":400' in told
    assert "ERROR" not in told
    assert "Traceback" not in told


@contextmanager
def silent_clients(server: Server, begin: Callable[[Server, str], socket.socket]) -> Iterator[None]:
    """As many as there are threads, in the middle of their requests."""
    with ExitStack() as silent:
        for number in range(THREADS):
            silent.enter_context(closing(begin(server, f"silent-{number:03}")))
        yield


def is_answered(server: Server) -> bool:
    with closing(HTTPConnection(urlsplit(server.url).netloc, timeout=LOG_SECONDS)) as other:
        other.request("GET", "/health")
        return other.getresponse().status == 200


def test_clients_that_fall_silent_in_a_body_do_not_keep_others_out(server: Server) -> None:
    with silent_clients(server, begin):
        assert is_answered(server)
        for number in range(THREADS):
            told = lines_of(server, f"silent-{number:03}")
            assert '"status":400' in told
            assert "ERROR" not in told


def test_clients_that_fall_silent_in_a_head_do_not_keep_others_out(server: Server) -> None:
    with silent_clients(server, begin_head):
        assert is_answered(server)
    assert "Socket error" not in server.log.read_text()


def test_whoever_takes_a_moment_is_waited_for(server: Server) -> None:
    with closing(begin(server, "slow-but-there")) as connection:
        time.sleep(1)
        connection.sendall(b'@example.org", "password": "a guess"}'.ljust(85))
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")
