"""Opaque tokens: how they are made, read and stored. Pure functions, no database."""

import base64
import hashlib
import secrets
import uuid
from typing import NamedTuple

_RANDOM_BYTES = 32
_REFRESH_TOKEN_LENGTH = 64
_SESSION_ID_BYTES = 16


class RefreshToken(NamedTuple):
    """A refresh token: its value on the wire and the session that it belongs to."""

    raw: str
    session_id: uuid.UUID

    def __repr__(self) -> str:
        return f"<refresh token of session {self.session_id}>"

    @property
    def digest(self) -> str:
        """What is stored of it."""
        return digest(self.raw)


def make_refresh_token(session_id: uuid.UUID) -> RefreshToken:
    """A new token of the session: base64url(session id, 32 random bytes), 64 characters."""
    value = session_id.bytes + secrets.token_bytes(_RANDOM_BYTES)
    return RefreshToken(base64.urlsafe_b64encode(value).decode("ascii"), session_id)


def parse_refresh_token(raw: str) -> RefreshToken | None:
    """The token in `raw`, or None for what cannot be one. Says nothing about its validity."""
    if len(raw) != _REFRESH_TOKEN_LENGTH or not raw.isascii():
        return None
    try:
        value = base64.b64decode(raw, altchars=b"-_", validate=True)
    except ValueError:
        return None
    return RefreshToken(raw, uuid.UUID(bytes=value[:_SESSION_ID_BYTES]))


def digest(raw_token: str) -> str:
    """The SHA-256 of a token, in hex: all that is stored.

    A fast hash is right here: the tokens hold at least 178 random bits, so nobody can try them
    all, and every request computes one (a password needs Argon2 because people choose it).
    """
    return hashlib.sha256(raw_token.encode()).hexdigest()
