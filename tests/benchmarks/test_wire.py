"""The counting proxy counts what PostgreSQL's protocol says, however the bytes arrive."""

import struct

import pytest

from tests.benchmarks.wire import Count, Counter, Reader

pytestmark = pytest.mark.once

TLS_ASKED = struct.pack("!II", 8, 80877103)
STARTUP = struct.pack("!II", 16, 196608) + b"user\0me\0"[:8]


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def execution(name: bytes = b"") -> bytes:
    """Of a statement that was prepared under the name."""
    bind = b"\0" + name + b"\0\0\0\0\0\0\0"
    return message(b"B", bind) + message(b"E", bytes(5)) + message(b"S")


def counted(conversation: bytes, step: int = 1000) -> Count:
    counter = Counter()
    reader = Reader(counter)
    for start in range(0, len(conversation), step):
        reader.feed(conversation[start : start + step])
    return counter.total


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_statements_and_round_trips_are_counted(step: int) -> None:
    transaction = (
        message(b"Q", b"BEGIN\0") + message(b"Q", b"SELECT 1\0") + message(b"Q", b"commit\0")
    )
    login = message(b"p", b"secret")
    found = counted(TLS_ASKED + STARTUP + login + transaction + message(b"Q", b"\0"), step)
    assert found == Count(statements=4, control=2, empty=1, round_trips=4)


def test_a_prepared_statement_counts_each_time_it_is_executed() -> None:
    prepare = message(b"P", b"first\0SELECT 1\0\0\0") + message(b"S")
    found = counted(STARTUP + prepare + execution(b"first") * 2)
    assert found == Count(statements=2, round_trips=3)


def test_statements_of_a_pipeline_share_a_round_trip() -> None:
    unnamed = message(b"P", b"\0SELECT 1\0\0\0")
    together = (unnamed + execution().removesuffix(message(b"S"))) * 3 + message(b"S")
    assert counted(STARTUP + together) == Count(statements=3, round_trips=1)


def test_what_is_encrypted_is_refused() -> None:
    with pytest.raises(ValueError, match="TLS"):
        counted(TLS_ASKED + b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")
