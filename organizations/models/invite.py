"""A way in for somebody who was asked to join."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.emails import MAX_EMAIL_LENGTH
from accounts.ids import uuid7
from organizations.models.organization import Organization


class InviteQuerySet(models.QuerySet["Invite"]):
    """Which invites still open a door."""

    def usable(self, now: dt.datetime) -> "InviteQuerySet":
        """Neither accepted, revoked nor expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)

    def in_state(self, state: str) -> "InviteQuerySet":
        """usable, accepted, revoked or expired."""
        now = timezone.now()
        if state == "accepted":
            return self.filter(accepted_at__isnull=False)
        if state == "revoked":
            return self.filter(revoked_at__isnull=False)
        if state == "expired":
            open_ones = self.filter(accepted_at__isnull=True, revoked_at__isnull=True)
            return open_ones.filter(expires_at__lte=now)
        return self.usable(now)

    def newest_first(self) -> "InviteQuerySet":
        return self.order_by("-created_at", "-pk")


class Invite(models.Model):
    """One use, of which only the digest is kept; bound to an address or open to its holder."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invites")
    email = models.CharField("e-mail", max_length=MAX_EMAIL_LENGTH, blank=True, default="")
    email_key = models.CharField(
        max_length=MAX_EMAIL_LENGTH, blank=True, default="", editable=False
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="created_invites"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InviteQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("accepted_at", "revoked_at", "expires_at"),
                name="organizations_invite_by_state",
            ),
            models.Index(
                fields=("-id",),
                condition=models.Q(revoked_at__isnull=False),
                name="organizations_invite_revoked",
            ),
            models.Index(
                fields=("email_key",),
                opclasses=("varchar_pattern_ops",),
                name="organizations_invite_beginning",
            ),
        )

    def __str__(self) -> str:
        return f"invite for {self.email or 'whoever holds it'}"

    @property
    def state(self) -> str:
        """usable, accepted, revoked or expired."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "usable" if self.expires_at > timezone.now() else "expired"
