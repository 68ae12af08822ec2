"""What happened, by whom."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models.session import MAX_USER_AGENT_LENGTH


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Rows can be added and read."""

    def update(self, **kwargs: Any) -> NoReturn:
        _refuse()

    def delete(self) -> NoReturn:
        _refuse()


class AuditEvent(models.Model):
    """One line of the audit trail. Written by `accounts.audit.record`, never changed.

    It holds ids rather than foreign keys, so that it outlives what it tells of.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    action = models.CharField(max_length=40)
    actor_id = models.UUIDField(null=True, blank=True)
    actor_email = models.CharField(max_length=254, blank=True, default="")
    door = models.CharField(max_length=10)
    credential_kind = models.CharField(max_length=30, blank=True, default="")
    credential_id = models.UUIDField(null=True, blank=True)
    credential_hint = models.CharField(max_length=12, blank=True, default="")
    organization_id = models.UUIDField(null=True, blank=True)
    target_kind = models.CharField(max_length=30, blank=True, default="")
    target_id = models.UUIDField(null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=MAX_USER_AGENT_LENGTH, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("actor_id", "-created_at"), name="accounts_audit_by_actor"),
            models.Index(fields=("action", "-created_at"), name="accounts_audit_by_action"),
            models.Index(fields=("target_id", "-created_at"), name="accounts_audit_of_target"),
            models.Index(
                fields=("request_id",),
                condition=~models.Q(request_id=""),
                name="accounts_audit_by_request",
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} at {self.created_at:%Y-%m-%d %H:%M:%S}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts; an event that is stored is never changed."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()


def _refuse() -> NoReturn:
    raise TypeError("the audit trail is append-only")
