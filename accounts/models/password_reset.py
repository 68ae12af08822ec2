"""A way back in for somebody who forgot their password."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models.user import User


class PasswordResetQuerySet(models.QuerySet["PasswordReset"]):
    """Which resets still work."""

    def usable(self, now: dt.datetime) -> "PasswordResetQuerySet":
        return self.filter(used_at__isnull=True, expires_at__gt=now, user__isnull=False)

    def void(self, user: User, now: dt.datetime) -> int:
        """Links that were mailed before a new password open nothing after it."""
        return self.usable(now).filter(user=user).update(used_at=now)


class PasswordReset(models.Model):
    """A mailed link, of which only the digest is kept. It works once.

    A request for an unknown address leaves a row too, without a user: both cost the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="password_resets",
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = PasswordResetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"password reset {self.pk}"
