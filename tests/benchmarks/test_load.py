"""The client of the benchmarks asks once, and tells when it was not answered."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.benchmarks.load import HOST, Line, Result, Share, run

pytestmark = pytest.mark.once

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
LATE_SECONDS = 0.3
Serve = Callable[[list[socket.socket]], None]


def served_by(serve: Serve) -> tuple[Result, bool]:
    """What comes of one request on each of two connections, and whether more were made."""
    with socket.create_server((HOST, 0)) as listener, ThreadPoolExecutor() as pool:
        port = listener.getsockname()[1]
        share = Share(port, [Line("127.0.1.1", [REQUEST])] * 2, time.monotonic(), limit=1)
        outcome = pool.submit(run, share)
        with listener.accept()[0] as early, listener.accept()[0] as late:
            serve([early, late])
            result = outcome.result()
        listener.setblocking(False)
        with suppress(BlockingIOError):
            listener.accept()[0].close()
            return result, True
        return result, False


def test_a_connection_that_is_closed_after_its_answer_is_done() -> None:
    def serve(connections: list[socket.socket]) -> None:
        early, late = connections
        early.sendall(ANSWER)
        early.close()
        time.sleep(LATE_SECONDS)
        late.sendall(ANSWER)

    result, is_asked_again = served_by(serve)
    assert (len(result.latencies), is_asked_again) == (2, False)


def test_one_that_is_closed_instead_of_an_answer_is_an_error() -> None:
    def serve(connections: list[socket.socket]) -> None:
        early, late = connections
        early.recv(len(REQUEST))
        early.close()
        late.sendall(ANSWER)

    with pytest.raises(ConnectionError, match="closed after"):
        served_by(serve)
