"""Access tokens: SimpleJWT's, read more strictly than it reads them."""

import base64
import binascii
import json
import uuid
from typing import Any, NamedTuple, cast

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.tokens import AccessToken as SimpleAccessToken
from rest_framework_simplejwt.tokens import Token

from accounts.models import Session

MAX_ACCESS_TOKEN_LENGTH = 2048
# Beside the id of one of our keys. Whatever else a header names (jwk, jku, crit, another
# algorithm) is an attack: we never wrote it.
_CLAIMS = {"token_type", "exp", "iat", "jti", "sub", "sid", "iss"}
_HEADER = {"alg": "HS256", "typ": "JWT"}


class AccessClaims(NamedTuple):
    """What a verified access token says."""

    user_id: uuid.UUID
    session_id: uuid.UUID


class KeyRing(TokenBackend):
    """Signs with the first key, and verifies with the one that the token names (RFC 7515 §4.1.4):
    a key is replaced without signing anybody out, and what it signed dies when it is removed."""

    def encode(self, payload: dict[str, Any]) -> str:
        key_id, key = next(iter(settings.JWT_SIGNING_KEYS.items()))
        claims = {**payload, "iss": self.issuer}
        return jwt.encode(claims, key, self.algorithm, {"kid": key_id} if key_id else None)

    def get_verifying_key(self, token: Token) -> str:
        key_id = jwt.get_unverified_header(cast("Any", token)).get("kid", "")
        key: str = settings.JWT_SIGNING_KEYS[key_id]  # `_is_header` has looked
        return key


class AccessToken(SimpleAccessToken):
    """SimpleJWT's, with our keys."""

    def get_token_backend(self) -> TokenBackend:
        return KeyRing(
            token_backend.algorithm, issuer=token_backend.issuer, leeway=token_backend.leeway
        )


def make_access_token(session: Session) -> str:
    """A signed token of the session, valid for 900 seconds."""
    token = AccessToken()
    token["sub"] = str(session.user_id)
    token["sid"] = str(session.pk)
    return str(token)


def read_access_token(raw: str) -> AccessClaims | None:
    """The claims of a token that is ours, whole and current; None for anything else.

    Canonical base64url only (RFC 7515 §2): otherwise several spellings of one signature verify.
    Correctly signed nonsense is refused, never an error.
    """
    if len(raw) > MAX_ACCESS_TOKEN_LENGTH or not _is_canonical(raw):
        return None
    try:
        payload: dict[str, Any] = AccessToken(cast("Any", raw)).payload  # typed as a Token there
        # Ours name no audience: one that does is another service's.
        if not payload.keys() >= _CLAIMS or "aud" in payload:
            return None
        if not all(type(payload[claim]) is int for claim in ("iat", "exp")):
            return None
        if not isinstance(payload["jti"], str):
            return None
        return AccessClaims(_identifier(payload["sub"]), _identifier(payload["sid"]))
    except (TokenError, TypeError, ValueError, OverflowError, OSError):
        return None  # an `exp` beyond the calendar is one of the last three


def _identifier(value: object) -> uuid.UUID:
    if not isinstance(value, str):
        raise TypeError("an id is a string")
    identifier = uuid.UUID(value)
    if str(identifier) != value:
        raise ValueError("not a canonical id")
    return identifier


def _is_canonical(raw: str) -> bool:
    try:
        parts = raw.encode("ascii").split(b".")
        decoded = [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in parts]
        encoded = [base64.urlsafe_b64encode(value).rstrip(b"=") for value in decoded]
        return parts == encoded and len(parts) == 3 and _is_header(json.loads(decoded[0]))
    except (UnicodeError, binascii.Error, ValueError, RecursionError):
        return False


def _is_header(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    key_id = value.pop("kid", "")
    return value == _HEADER and isinstance(key_id, str) and key_id in settings.JWT_SIGNING_KEYS
