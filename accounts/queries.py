"""What every request and every log-in asks: see `accounts.compiled`."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, Subquery

from accounts.compiled import compiled
from accounts.models import Session, ThrottleCounter, User

# What requests do not look at: it stays in the database until somebody asks.
_UNSEEN = {"password", "last_login"}
_PRINCIPAL = tuple(
    field.attname for field in User._meta.concrete_fields if field.attname not in _UNSEEN
)
_ACCOUNT = tuple(field.attname for field in User._meta.concrete_fields)


def principal_at(path: str) -> tuple[str, ...]:
    """The columns that `make_principal` needs, of the user who is reached by this path."""
    return tuple(f"{path}__{name}" for name in _PRINCIPAL)


def make_principal(values: Sequence[Any]) -> User:
    """The user with these columns; the others are read when they are asked for."""
    return User.from_db(DEFAULT_DB_ALIAS, _PRINCIPAL, values)


@compiled
def principal_of_session(
    *, session_id: uuid.UUID, user_id: uuid.UUID, now: dt.datetime
) -> QuerySet[Session, Any]:
    """Who a live session belongs to, unless they were disabled or denied."""
    sessions = Session.objects.live(now).filter(pk=session_id, user_id=user_id)
    usable = sessions.filter(user__is_active=True).exclude(
        user__signup_status=User.SignupStatus.DENIED
    )
    return usable.values_list(*principal_at("user"))


def find_account(
    *, key: str, network_key: str, now: dt.datetime
) -> tuple[User | None, dt.datetime | None]:
    """The user with this key of an address (see `accounts.emails`), and until when they know the
    network (see `accounts.throttling`), if they do: in one query."""
    row = _account.first(key=key, network_key=network_key, now=now)
    if row is None:
        return None, None
    known_until, *values = row
    return User.from_db(DEFAULT_DB_ALIAS, _ACCOUNT, values), known_until


@compiled
def _account(*, key: str, network_key: str, now: dt.datetime) -> QuerySet[User, Any]:
    known = ThrottleCounter.objects.filter(key=network_key, resets_at__gt=now)
    users = User.objects.filter(email_key=key)
    return users.values_list(Subquery(known.values("resets_at")), *_ACCOUNT)
