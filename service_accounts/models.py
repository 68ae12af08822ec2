"""Service accounts: members that are scripts or AI staff, and the tokens that let them in."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import User
from organizations.models import Organization

MAX_SERVICE_ACCOUNT_NAME_LENGTH = 100
MAX_SETTING_LENGTH = 500
EXPIRES_SOON = dt.timedelta(days=30)
# Whoever takes a token for a day knows when it ends.
SHORTEST_LIFE = dt.timedelta(days=1)
DEFAULT_OPENROUTER_MODEL = "nvidia/nemotron-3-super-120b-a12b:free"


class ServiceAccountQuerySet(models.QuerySet["ServiceAccount"]):
    """How service accounts are shown."""

    def newest_first(self) -> "ServiceAccountQuerySet":
        return self.order_by("-created_at", "-pk")

    def with_tokens(self, tokens: "ServiceAccountTokenQuerySet") -> "ServiceAccountQuerySet":
        """With `tokens` narrowed to these, oldest first: two queries for all."""
        return self.select_related("organization", "user").prefetch_related(
            models.Prefetch("tokens", queryset=tokens.order_by("created_at"))
        )

    def keys_of_disabled(self) -> "models.QuerySet[ServiceAccount, Any]":
        """Of those that are disabled, or act as a user who is: two short lists, each by its index,
        where one condition over both tables, or one over people too, would read all."""
        by_user = self.filter(user__kind=User.Kind.SERVICE, user__is_active=False).values("pk")
        return self.filter(is_active=False).values("pk").union(by_user)


class ServiceAccount(models.Model):
    """A machine member. It acts through its backing user, who has no password."""

    class Provider(models.TextChoices):
        OPENROUTER = "openrouter", "OpenRouter"
        CURSOR = "cursor"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="service_accounts")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="service_account",
        verbose_name="acts as user",
    )
    name = models.CharField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH)
    # Case folding makes up to three characters of one.
    name_key = models.CharField(max_length=3 * MAX_SERVICE_ACCOUNT_NAME_LENGTH, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    is_active = models.BooleanField("active", default=True)
    provider = models.CharField(
        max_length=20, choices=Provider.choices, default=Provider.OPENROUTER
    )
    openrouter_model = models.CharField(
        "model of OpenRouter", max_length=MAX_SETTING_LENGTH, blank=True, default=""
    )
    cursor_default_repo_url = models.CharField(
        "repository for Cursor", max_length=MAX_SETTING_LENGTH, blank=True, default=""
    )
    cursor_default_ref = models.CharField(
        "branch for Cursor", max_length=MAX_SETTING_LENGTH, blank=True, default=""
    )
    # Which file declares it (see services/apply.py); empty for one that people made.
    managed_by = models.CharField(
        "managed by the file",
        max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH,
        blank=True,
        default="",
        db_default="",
    )

    objects = ServiceAccountQuerySet.as_manager()

    class Meta:
        # In the admin: see `service_accounts.staff`.
        permissions = (
            (
                "manage_own_serviceaccount",
                "Can look after service accounts and tokens where they manage members",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "name_key"), name="service_accounts_name"
            ),
        )
        indexes = (
            models.Index(
                fields=("name_key",),
                opclasses=("varchar_pattern_ops",),
                name="service_accounts_beginning",
            ),
            models.Index(fields=("provider", "-id"), name="service_accounts_by_provider"),
            models.Index(fields=("is_active", "-id"), name="service_accounts_by_activity"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether its tokens let anybody in: neither it nor the user it acts as is disabled."""
        return self.is_active and self.user.is_active

    def rename(self, name: str) -> None:
        """Set the name and the key that is unique in the organization."""
        self.name, self.name_key = name, name.casefold()


class ServiceAccountTokenQuerySet(models.QuerySet["ServiceAccountToken"]):
    """Which tokens still let somebody in."""

    def in_state(self, state: str) -> "ServiceAccountTokenQuerySet":
        """active, expired, revoked, or disabled: refused because the account is. expiring are those
        of the active that will be missed."""
        now = timezone.now()
        if state == "expiring":
            return self.expiring(now, EXPIRES_SOON)
        if state == "revoked":
            return self.filter(revoked_at__isnull=False)
        if state == "expired":
            return self.filter(revoked_at__isnull=True, expires_at__lte=now)
        if state == "disabled":
            disabled = ServiceAccount.objects.keys_of_disabled()
            return self.usable(now).filter(service_account__in=disabled)
        return self.usable(now)._of_enabled()

    def usable(self, now: dt.datetime) -> "ServiceAccountTokenQuerySet":
        """Neither revoked nor expired."""
        is_current = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(is_current, revoked_at__isnull=True)

    def expiring(self, now: dt.datetime, within: dt.timedelta) -> "ServiceAccountTokenQuerySet":
        """Those whose end comes in this time, and matters."""
        return self._whose_end_matters().filter(expires_at__gt=now, expires_at__lte=now + within)

    def worth_a_warning(
        self, now: dt.datetime, within: dt.timedelta
    ) -> "ServiceAccountTokenQuerySet":
        """Those of `expiring` that were not issued for a day or less."""
        is_long = Q(expires_at__gt=F("created_at") + SHORTEST_LIFE)
        return self.expiring(now, within).filter(is_long)

    def just_expired(self, now: dt.datetime, within: dt.timedelta) -> "ServiceAccountTokenQuerySet":
        """Those whose end came in this time, and matters: their account has no usable token."""
        usable = self.model.objects.usable(now).filter(service_account=OuterRef("service_account"))
        ended = self._whose_end_matters().filter(expires_at__gt=now - within, expires_at__lte=now)
        return ended.filter(~Exists(usable))

    def _whose_end_matters(self) -> "ServiceAccountTokenQuerySet":
        """Those that nobody revoked or replaced, of accounts that are not disabled."""
        latest = self.filter(revoked_at__isnull=True, rotated_at__isnull=True)
        return latest._of_enabled()

    def _of_enabled(self) -> "ServiceAccountTokenQuerySet":
        return self.filter(service_account__is_active=True, service_account__user__is_active=True)


class ServiceAccountToken(models.Model):
    """One token, of which only the digest and a hint are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service_account = models.ForeignKey(ServiceAccount, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH, blank=True, default="")
    hint = models.CharField("token", max_length=12, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # It has a successor: that it ends soon is no surprise to anybody.
    rotated_at = models.DateTimeField(null=True, blank=True)
    # How many days before its end the last mail about it was sent.
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ServiceAccountTokenQuerySet.as_manager()

    class Meta:
        # In the admin, beside what the tokens of the account may do: see `services.token`.
        permissions = (
            ("issue_serviceaccounttoken", "Can create service accounts, issue and rotate tokens"),
        )
        # None holds `last_used_at`, which is written once a minute.
        indexes = (
            models.Index(fields=("revoked_at", "expires_at"), name="service_accounts_token_state"),
            models.Index(fields=("hint", "-id"), name="service_accounts_token_hint"),
        )

    def __str__(self) -> str:
        return self.hint

    def status(self, now: dt.datetime) -> str:
        """active, expired or revoked, whatever became of the account."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"
