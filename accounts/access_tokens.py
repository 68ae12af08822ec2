"""Access tokens: made by SimpleJWT, and read more strictly than it reads them."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import time
import uuid
from functools import lru_cache
from typing import Any, NamedTuple

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.tokens import AccessToken as SimpleAccessToken

MAX_ACCESS_TOKEN_LENGTH = 2048
# Beside the id of one of our keys. Whatever else a header names (jwk, jku, crit, another
# algorithm) is an attack: we never wrote it.
_HEADER = {"alg": "HS256", "typ": "JWT"}


class AccessClaims(NamedTuple):
    """What a verified access token says."""

    user_id: uuid.UUID
    session_id: uuid.UUID


class KeyRing(TokenBackend):
    """Signs with the first key, and names it (RFC 7515 §4.1.4): a key is replaced without signing
    anybody out, and what it signed dies when it is removed."""

    def encode(self, payload: dict[str, Any]) -> str:
        key_id, key = next(iter(settings.JWT_SIGNING_KEYS.items()))
        claims = {**payload, "iss": self.issuer}
        return jwt.encode(claims, key, self.algorithm, {"kid": key_id} if key_id else None)


class AccessToken(SimpleAccessToken):
    """SimpleJWT's, with our keys."""

    def get_token_backend(self) -> TokenBackend:
        return KeyRing(token_backend.algorithm, issuer=token_backend.issuer)


def make_access_token(*, session_id: uuid.UUID, user_id: uuid.UUID) -> str:
    """A signed token of the session, valid for 900 seconds."""
    token = AccessToken()
    token["sub"] = str(user_id)
    token["sid"] = str(session_id)
    return str(token)


def read_access_token(raw: str) -> AccessClaims | None:
    """The claims of a token that is ours, whole and current; None for anything else.

    The signature is compared in its one canonical form (RFC 7515 §2), and nothing that it does not
    cover is looked at but the header, which must be one that we write. Correctly signed nonsense is
    refused, never an error.
    """
    if len(raw) > MAX_ACCESS_TOKEN_LENGTH:
        return None
    try:
        signed, _, signature = raw.encode("ascii").rpartition(b".")
        header, payload = signed.split(b".")
        key = settings.JWT_SIGNING_KEYS[_key_id(header)]
        expected = _keyed(key).copy()
        expected.update(signed)
        if not hmac.compare_digest(_encode(expected.digest()), signature):
            return None
        return _read_claims(json.loads(_decode(payload).decode()))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError):
        return None


@lru_cache(maxsize=16)
def _keyed(key: str) -> hmac.HMAC:
    """To be copied: OpenSSL takes longer to set up a key than to sign a token with it."""
    return hmac.new(key.encode(), digestmod=hashlib.sha256)


def _read_claims(claims: Any) -> AccessClaims | None:
    """What they say, if they are ours and current (RFC 7519 §4.1)."""
    is_ours = (
        claims["iss"] == settings.SIMPLE_JWT["ISSUER"]
        and claims["token_type"] == AccessToken.token_type
        and isinstance(claims["jti"], str)
        and "aud" not in claims  # ours name none: one that does is another service's
    )
    if not (is_ours and _is_current(claims)):
        return None
    return AccessClaims(_identifier(claims["sub"]), _identifier(claims["sid"]))


def _is_current(claims: Any) -> bool:
    issued, expires = claims["iat"], claims["exp"]
    starts = claims.get("nbf", issued)
    if not all(type(moment) is int for moment in (issued, starts, expires)):
        return False
    dt.datetime.fromtimestamp(expires, dt.UTC)  # refuses what is beyond the calendar
    now = time.time()
    leeway: int = settings.SIMPLE_JWT["LEEWAY"]
    return bool(max(issued, starts) <= now + leeway and expires > now - leeway)


def _identifier(value: object) -> uuid.UUID:
    if not isinstance(value, str):
        raise TypeError("an id is a string")
    identifier = uuid.UUID(value)
    if str(identifier) != value:
        raise ValueError("not a canonical id")
    return identifier


@lru_cache(maxsize=16)
def _key_id(header: bytes) -> str:
    """The key that a header names. Raises ValueError for a header that we never wrote.

    Ours are as few as keys, so that each is seldom read anew.
    """
    value = json.loads(_decode(header).decode())
    if not isinstance(value, dict):
        raise TypeError("a header is an object")
    key_id = value.pop("kid", "")
    if value != _HEADER or not isinstance(key_id, str):
        raise ValueError("not a header of ours")
    return key_id


def _decode(part: bytes) -> bytes:
    """The bytes behind canonical base64url. Raises ValueError for any other spelling."""
    value = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    if _encode(value) != part:
        raise binascii.Error("not canonical")
    return value


def _encode(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")
