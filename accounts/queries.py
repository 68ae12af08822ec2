"""What every request and every log-in asks: see `accounts.compiled`."""

import datetime as dt
import uuid

from django.db.models import QuerySet

from accounts.compiled import compiled
from accounts.models import Session, ThrottleCounter, User

# What requests look at of the principal. The rest, its password hash above all, stays where it is
# until somebody asks.
_PRINCIPAL = (
    "email",
    "display_name",
    "kind",
    "signup_status",
    "is_active",
    "is_staff",
    "is_superuser",
    "created_at",
    "last_seen_at",
)


def principal_at(path: str) -> tuple[str, ...]:
    """The columns of the principal that is reached by this path, for `only`."""
    return tuple(f"{path}__{name}" for name in _PRINCIPAL)


@compiled
def session_of_user(
    *, session_id: uuid.UUID, user_id: uuid.UUID, now: dt.datetime
) -> QuerySet[Session]:
    """A live session, with its user, unless they were disabled or denied."""
    sessions = Session.objects.live(now).select_related("user").only(*principal_at("user"))
    return sessions.filter(pk=session_id, user_id=user_id, user__is_active=True).exclude(
        user__signup_status=User.SignupStatus.DENIED
    )


@compiled
def user_with_email(*, key: str) -> QuerySet[User]:
    """The user with this key of an address (see `accounts.emails`)."""
    return User.objects.filter(email_key=key)


@compiled
def throttle_counter(*, key: str, now: dt.datetime) -> QuerySet[ThrottleCounter]:
    """The row with this key, unless its time is over."""
    return ThrottleCounter.objects.filter(key=key, resets_at__gt=now)
