"""One log-in."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.ids import uuid7

MAX_USER_AGENT_LENGTH = 400


class SessionQuerySet(models.QuerySet["Session"]):
    """Which sessions still count."""

    def live(self, now: dt.datetime) -> "SessionQuerySet":
        """Neither revoked nor past their absolute end."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)

    def in_state(self, state: str) -> "SessionQuerySet":
        """live or ended."""
        now = timezone.now()
        if state == "live":
            return self.live(now)
        return self.filter(models.Q(revoked_at__isnull=False) | models.Q(expires_at__lte=now))

    def current(self, now: dt.datetime) -> "SessionQuerySet":
        """Live, and refreshed recently enough to be refreshed again."""
        return self.live(now).filter(last_used_at__gt=now - settings.REFRESH_TOKEN_LIFETIME)

    def revoke(self, reason: "Session.RevokedReason", now: dt.datetime) -> int:
        """End those that are not ended yet; returns how many. Waits for a rotation under way."""
        return self.filter(revoked_at__isnull=True).update(revoked_at=now, revoked_reason=reason)


class Session(models.Model):
    """One log-in: the family of refresh tokens that descend from it, and its access tokens."""

    class RevokedReason(models.TextChoices):
        LOGGED_OUT = "logged_out", "Logged out"
        LOGGED_OUT_ALL = "logged_out_all", "Logged out everywhere"
        TOKEN_REUSED = "token_reused", "Used twice, perhaps by a thief"
        SIGNUP_DENIED = "signup_denied", "Sign-up denied"
        REVOKED = "revoked", "Ended by its user or by staff"
        REVOKED_BY_COMMAND = "revoked_by_command", "Ended on the command line"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        PASSWORD_RESET = "password_reset", "Password reset"
        USER_DISABLED = "user_disabled", "User disabled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="sessions",
        db_index=False,  # an index below begins with it
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="Then it ends in any case.")
    ip_address = models.GenericIPAddressField("IP address", null=True, blank=True)
    user_agent = models.CharField(
        "device", max_length=MAX_USER_AGENT_LENGTH, blank=True, default=""
    )
    revoked_at = models.DateTimeField("ended at", null=True, blank=True)
    revoked_reason = models.CharField(
        "reason it ended",
        max_length=20,
        choices=RevokedReason.choices,
        blank=True,
        default="",
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        # None holds `last_used_at`: a refresh writes no index (PostgreSQL's heap-only update).
        indexes = (
            models.Index(fields=("user", "-id"), name="accounts_session_by_user"),
            models.Index(fields=("revoked_at", "expires_at"), name="accounts_session_by_state"),
            models.Index(fields=("ip_address", "-id"), name="accounts_session_by_address"),
            models.Index(
                fields=("revoked_reason", "-id"),
                condition=~models.Q(revoked_reason=""),
                name="accounts_session_by_reason",
            ),
        )

    def __str__(self) -> str:
        return f"session of {self.user}"

    def is_live(self, now: dt.datetime) -> bool:
        """Neither revoked nor past its absolute end."""
        return self.revoked_at is None and self.expires_at > now

    @property
    def ends_at(self) -> dt.datetime:
        """When it ends unless it is refreshed before; never after `expires_at`."""
        return min(self.last_used_at + settings.REFRESH_TOKEN_LIFETIME, self.expires_at)
