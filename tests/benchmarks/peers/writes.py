"""Logging in and refreshing, without a framework."""

import datetime as dt
import hashlib
import hmac
import os
import uuid
from typing import Any

import argon2

from accounts.ids import uuid7
from accounts.tokens import make_refresh_token, parse_refresh_token
from tests.benchmarks.peers import sql, tokens
from tests.benchmarks.peers.database import Database

_SECRET = os.environ["SECRET_KEY"].encode()
_REFRESH_DAYS, _SESSION_DAYS, _KNOWN_DAYS = 7, 90, 180
_UNLIMITED = 10_000_000
_hasher = argon2.PasswordHasher()  # each stored hash names its parameters

Body = dict[str, Any]


def log_in(database: Database, body: Body, address: str) -> Body:
    now = dt.datetime.now(dt.UTC)
    email = body["email"].casefold()
    known = _key("known", f"{email} {address}")
    _count(database, _key("auth", address), now, 60)
    ((known_until, *columns),) = database.rows(sql.USER, email=email, known=known, now=now)
    tries = _key("login_known", f"{email} {address}") if known_until else _key("login", email)
    _count(database, tries, now, 600)
    user = dict(zip(sql.USER_COLUMNS, columns, strict=True))
    _hasher.verify(user["password"].removeprefix("argon2"), body["password"])
    if not known_until or known_until < now + dt.timedelta(days=_KNOWN_DAYS - 1):
        database.run(sql.KNOW, key=known, resets_at=now + dt.timedelta(days=_KNOWN_DAYS))
    return _start_session(database, user, address, tries)


def refresh(database: Database, body: Body, address: str) -> Body:
    now = dt.datetime.now(dt.UTC)
    _count(database, _key("refresh", address), now, 60)
    spent = parse_refresh_token(body["refresh_token"])
    if spent is None:
        raise PermissionError
    successor = make_refresh_token(spent.session_id)
    ((user, is_active, status),) = database.rows(
        sql.ROTATE,
        session=spent.session_id,
        spent=spent.digest,
        digest=successor.digest,
        now=now,
        expires_at=now + dt.timedelta(days=_REFRESH_DAYS),
    )
    if not is_active or status == "denied":
        raise PermissionError
    return _pair(user, spent.session_id, successor.raw, now)


def _start_session(database: Database, user: Body, address: str, tries: str) -> Body:
    now, session = dt.datetime.now(dt.UTC), uuid7()
    token = make_refresh_token(session)
    found = database.rows(
        sql.LOG_IN,
        user=user["id"],
        password=user["password"],
        tries=tries,
        now=now,
        event=uuid7(),
        email=user["email"],
        address=address,
        agent="",
        request=uuid.uuid4().hex,
        session=session,
        expires_at=now + dt.timedelta(days=_SESSION_DAYS),
        digest=token.digest,
        token_expires_at=now + dt.timedelta(days=_REFRESH_DAYS),
    )
    if not found:
        raise PermissionError
    return _pair(user["id"], session, token.raw, now)


def _pair(user: uuid.UUID, session: uuid.UUID, refresh_token: str, now: dt.datetime) -> Body:
    return {
        "access_token": tokens.make(user, session, now),
        "refresh_token": refresh_token,
        "token_type": "Bearer",
        "expires_in": tokens.SECONDS,
    }


def _count(database: Database, key: str, now: dt.datetime, seconds: int) -> None:
    resets_at = now + dt.timedelta(seconds=seconds)
    values = {"key": key, "now": now, "resets_at": resets_at, "maximum": _UNLIMITED}
    ((count, _),) = database.rows(sql.COUNT, **values)
    if count > _UNLIMITED:
        raise PermissionError


def _key(kind: str, subject: str) -> str:
    return f"{kind}:{hmac.new(_SECRET, subject.encode(), hashlib.sha256).hexdigest()}"
