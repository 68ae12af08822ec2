"""Refresh tokens as values: how they are made, read and stored."""

import base64
import hashlib
import uuid

import pytest

from accounts.tokens import digest, make_refresh_token, parse_refresh_token

SESSION = uuid.UUID("01a20c79-9152-7bc3-9020-9d8b5823f2d4")


def test_a_token_is_the_session_and_32_random_bytes() -> None:
    token = make_refresh_token(SESSION)
    value = base64.urlsafe_b64decode(token.raw)
    assert (len(token.raw), len(value)) == (64, 48)
    assert value[:16] == SESSION.bytes
    assert token.session_id == SESSION


def test_tokens_of_one_session_differ() -> None:
    assert len({make_refresh_token(SESSION).raw[22:] for _ in range(100)}) == 100


def test_what_was_made_is_read() -> None:
    token = make_refresh_token(SESSION)
    assert parse_refresh_token(token.raw) == token


@pytest.mark.parametrize(
    "raw",
    [
        *("", "x", "A" * 63, "A" * 65, "A" * 62 + "==", "=" * 64, "é" * 64, "\n" * 64, " " * 64),
        *("A" * 63 + "\n", "A" * 63 + ".", "A" * 63 + "\x00", "\ud800" * 64),
    ],
)
def test_what_cannot_be_one_is_none(raw: str) -> None:
    parsed = parse_refresh_token(raw)
    assert parsed is None or parsed.raw == raw


def test_the_digest_is_sha_256_in_hex() -> None:
    assert digest("abc") == hashlib.sha256(b"abc").hexdigest()
    assert make_refresh_token(SESSION).digest != make_refresh_token(SESSION).digest
