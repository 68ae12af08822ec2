"""A new account that waits for staff."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.actor import Door
from accounts.ids import uuid7
from accounts.models import MAX_USER_AGENT_LENGTH
from organizations.models.organization import Organization

MAX_REASON_LENGTH = 1000
# The longest network in words: "2001:db8:1234:5678::/64" and a reserve.
MAX_NETWORK_LENGTH = 43
# For so long a decision is undone in the admin. The API re-opens a denial without a limit.
UNDO_WITHIN = dt.timedelta(days=30)
THROUGH_INVITE = "invite"


class SignupRequestQuerySet(models.QuerySet["SignupRequest"]):
    """Which requests, in the order in which they came."""

    def pending(self) -> "SignupRequestQuerySet":
        return self.filter(status=SignupRequest.Status.PENDING)

    def decided(self) -> "SignupRequestQuerySet":
        """The latest decision first."""
        return self.filter(resolved_at__isnull=False).order_by("-resolved_at")

    def oldest_first(self) -> "SignupRequestQuerySet":
        return self.order_by("created_at", "pk")


class SignupRequest(models.Model):
    """What staff decide on, and what they decided."""

    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        DENIED = "denied"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="signup_requests")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="signup_request"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    created_at = models.DateTimeField("requested at", default=timezone.now)
    ip_address = models.GenericIPAddressField("IP address", null=True, blank=True)
    network = models.CharField(
        max_length=MAX_NETWORK_LENGTH, blank=True, default="", db_default="", editable=False
    )
    user_agent = models.CharField(
        "device", max_length=MAX_USER_AGENT_LENGTH, blank=True, default=""
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty for a decision made on the command line.",
    )
    resolved_through = models.CharField(
        max_length=10, choices=[*Door.choices, (THROUGH_INVITE, "invite")], blank=True, default=""
    )
    reason = models.CharField(
        "internal reason", max_length=MAX_REASON_LENGTH, blank=True, default=""
    )

    objects = SignupRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-up request"
        permissions = (("resolve_signuprequest", "Can approve and deny sign-up requests"),)
        constraints = (
            models.CheckConstraint(
                name="organizations_signup_resolved_once_decided",
                condition=models.Q(status="pending", resolved_at__isnull=True)
                | (~models.Q(status="pending") & models.Q(resolved_at__isnull=False)),
            ),
        )
        indexes = (
            models.Index(fields=("status", "created_at", "id"), name="organizations_signup_queue"),
            models.Index(fields=("created_at", "id"), name="organizations_signup_all"),
            # The latest decisions, for the home page of the admin; each decision writes it once.
            models.Index(
                fields=("-resolved_at",),
                condition=models.Q(resolved_at__isnull=False),
                name="organizations_signup_decided",
            ),
            models.Index(
                fields=("network", "status", "created_at"), name="organizations_signup_network"
            ),
        )

    def __str__(self) -> str:
        return self.user.email

    def waiting_time(self, now: dt.datetime) -> dt.timedelta:
        """How long the applicant has waited, or did wait for the decision."""
        return (self.resolved_at or now) - self.created_at

    @property
    def decided_by(self) -> str:
        """Who decided, for people; empty while it is open."""
        if self.resolved_at is None:
            return ""
        return str(self.resolved_by or "the command line")

    @property
    def undo_until(self) -> dt.datetime | None:
        """Until when the admin undoes the decision; None for one that it never does: there is none
        yet, or it was an invite's, which staff did not take."""
        if self.resolved_at is None or self.resolved_through == THROUGH_INVITE:
            return None
        return self.resolved_at + UNDO_WITHIN

    @property
    def decision(self) -> str:
        """Who decided what and when, for people; empty while it is open."""
        if self.resolved_at is None:
            return ""
        when = self.resolved_at.strftime("%-d %B %Y at %H:%M UTC")
        return f"{self.get_status_display().lower()} by {self.decided_by} on {when}"
