"""The product's tokens with PyJWT alone, for `floor` and `wsgi`."""

import datetime as dt
import os
import uuid
from typing import Any

import jwt

_KEY = os.environ["JWT_SIGNING_KEY"]
_ISSUER = os.environ["PUBLIC_URL"]
SECONDS = 900


def read(raw: str) -> tuple[uuid.UUID, uuid.UUID]:
    """The ids of user and session. Raises for anything but a token of ours."""
    claims = jwt.decode(raw, _KEY, ["HS256"], issuer=_ISSUER, leeway=10)
    return uuid.UUID(claims["sub"]), uuid.UUID(claims["sid"])


def make(user: uuid.UUID, session: uuid.UUID, now: dt.datetime) -> str:
    seconds = int(now.timestamp())
    claims: dict[str, Any] = {
        "token_type": "access",
        "exp": seconds + SECONDS,
        "iat": seconds,
        "jti": uuid.uuid4().hex,
        "sub": str(user),
        "sid": str(session),
        "iss": _ISSUER,
    }
    return jwt.encode(claims, _KEY, "HS256")
