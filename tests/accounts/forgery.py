"""Access tokens as an attacker, or a mistake of ours, might make them."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping

from django.conf import settings

from tests.conftest import Actor, session_of

HEADER = {"alg": "HS256", "typ": "JWT"}
ALGORITHMS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
REMOVED = object()


def good_claims(actor: Actor) -> dict[str, object]:
    """What a fresh access token of the actor's session says."""
    now = int(time.time())
    return {
        "sub": str(actor.user.pk),
        "sid": str(session_of(actor).pk),
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 900,
        "token_type": "access",
        "iss": settings.SIMPLE_JWT["ISSUER"],
    }


def forge(
    actor: Actor,
    changes: Mapping[str, object] | None = None,
    *,
    header: Mapping[str, object] | None = None,
    key: str | None = None,
) -> str:
    """A token that is good but for the changed claims (REMOVED: left out), header or key."""
    claims = {**good_claims(actor), **(changes or {})}
    kept = {name: value for name, value in claims.items() if value is not REMOVED}
    return sign(json.dumps(kept).encode(), header=header, key=key)


def sign(
    payload: bytes, *, header: Mapping[str, object] | None = None, key: str | None = None
) -> str:
    """Any payload, signed with our key (or `key`) by the algorithm that the header names."""
    header = {**HEADER, **(header or {})}
    signed = f"{encode(json.dumps(header).encode())}.{encode(payload)}"
    secret = settings.JWT_SIGNING_KEYS[""] if key is None else key
    algorithm = ALGORITHMS.get(str(header["alg"]), hashlib.sha256)
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), algorithm))}"


def encode(value: bytes) -> str:
    """Canonical base64url, as RFC 7515 wants it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
