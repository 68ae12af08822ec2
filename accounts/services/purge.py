"""Deleting what has expired, in batches that never hold a lock for long."""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.sessions.models import Session as StoredSession
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import PasswordReset, Session, ThrottleCounter

# A session that ended stays a while, for the people who ask what happened.
KEEP_SESSIONS = dt.timedelta(days=30)
OVERDUE_AFTER = dt.timedelta(days=2)
# A batch shrinks when it holds its locks for longer.
_AIM_SECONDS = 0.02
_FIRST_BATCH = 200
_LEAST_BATCH = 100  # below this, time goes by round trips and the disk, not by rows


@dataclass(frozen=True)
class Batch:
    """What one transaction deleted, and for how long it held its locks at most."""

    kind: str
    rows: int
    seconds: float


def purge_expired(*, batch_size: int) -> Iterator[Batch]:
    """Delete expired rows, one committed batch at a time; yields each.

    A batch has at most `batch_size` rows, and fewer where that would hold locks for long; between
    two of them others have as much time as one took.

    Refresh tokens go once they have expired: until then a spent one must be known, to tell a
    replay from garbage. So of the refreshes of one session the ledger holds those of the last seven
    days (REFRESH_TOKEN_DAYS) and of the time since the last purge, one row each with one more for
    being spent, and one token that is unspent: run daily, 769 and 768 rows for a client that
    refreshes every 15 minutes. What bounds a client that does nothing else is the throttle: 300 a
    minute from one network are 3,456,000 and as many, and no session outlives 90 days. Rows of a
    session that was ended could go at once, as nothing is accepted from it, but they do not tell
    which session they are of.
    """
    now = timezone.now()
    ended = Q(expires_at__lt=now - KEEP_SESSIONS) | Q(revoked_at__lt=now - KEEP_SESSIONS)
    expired: list[tuple[str, models.QuerySet[models.Model]]] = [
        ("refresh tokens", OutstandingToken.objects.filter(expires_at__lt=now)),
        ("sessions", Session.objects.filter(ended)),
        ("password resets", PasswordReset.objects.filter(expires_at__lt=now)),
        ("admin sessions", StoredSession.objects.filter(expire_date__lt=now)),
        ("throttle counters", ThrottleCounter.objects.filter(resets_at__lt=now)),
    ]
    for kind, rows in expired:
        yield from _delete(kind, rows, batch_size)


def is_overdue(now: dt.datetime) -> bool:
    """Whether rows are left that should be gone for two days: nobody runs it.

    Asks the indexes alone; of the refresh tokens, which have none by time, the oldest.
    """
    due = now - OVERDUE_AFTER
    oldest = OutstandingToken.objects.order_by("pk").values_list("expires_at", flat=True).first()
    ended = due - KEEP_SESSIONS
    return (
        (oldest is not None and oldest < due)
        or PasswordReset.objects.filter(expires_at__lt=due).exists()
        or StoredSession.objects.filter(expire_date__lt=due).exists()
        or Session.objects.filter(revoked_at=None, expires_at__lt=ended).exists()
        or Session.objects.filter(revoked_at__lt=ended).exists()
    )


def _delete(kind: str, rows: "models.QuerySet[models.Model]", batch_size: int) -> Iterator[Batch]:
    """Delete in the order of the keys: from the start, each batch would first walk over what the
    batches before it have left behind."""
    size = min(batch_size, _FIRST_BATCH)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
    while keys:
        with transaction.atomic():
            started = time.monotonic()
            # What came to life meanwhile stays.
            deleted = _delete_now(rows.filter(pk__in=keys))
        seconds = time.monotonic() - started
        yield Batch(kind, deleted, seconds)
        if seconds > _AIM_SECONDS:
            size = min(max(size // 2, _LEAST_BATCH), batch_size)
        elif seconds < _AIM_SECONDS / 4:
            size = min(size * 2, batch_size)
        # SQLite lets those who wait for its lock in by chance: they need time to have one.
        time.sleep(seconds)
        keys = list(rows.filter(pk__gt=keys[-1]).order_by("pk").values_list("pk", flat=True)[:size])


def _delete_now(rows: "models.QuerySet[models.Model]") -> int:
    """In one statement; `delete` would first read the tokens that are spent, whole, and so hold the
    locks for longer."""
    if rows.model is OutstandingToken:
        BlacklistedToken.objects.filter(token__in=rows.values("pk"))._raw_delete(rows.db)
    return rows._raw_delete(rows.db)
