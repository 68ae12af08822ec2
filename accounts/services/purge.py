"""Deleting what has expired, in batches that never hold a lock for long."""

import datetime as dt
from collections.abc import Iterator

from django.contrib.sessions.models import Session as StoredSession
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import PasswordReset, Session, ThrottleCounter

# A session that ended stays a while, for the people who ask what happened.
KEEP_SESSIONS = dt.timedelta(days=30)


def purge_expired(*, batch_size: int) -> Iterator[tuple[str, int]]:
    """Delete expired rows, one committed batch at a time; yields (kind, rows) after each.

    Refresh tokens go once they have expired: until then a spent one must be known, to tell a
    replay from garbage.
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
        while count := _delete_batch(rows, batch_size):
            yield kind, count


def _delete_batch(rows: "models.QuerySet[models.Model]", size: int) -> int:
    keys = list(rows.values_list("pk", flat=True)[:size])
    if keys:
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
