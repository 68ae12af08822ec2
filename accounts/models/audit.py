"""What happened, by whom."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models.session import MAX_USER_AGENT_LENGTH
from accounts.models.user import User

_SPECIAL_WORDS = {
    "refresh_token.reused": "Session used twice, perhaps by a thief",
    "session.revoked": "Session ended",
    "sessions.revoked": "All sessions of a user ended",
    "signup.noted": "Note on a sign-up added",
    "signup.reopened": "Sign-up re-opened",
}


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Rows can be added and read."""

    def with_names(self) -> "AuditEventQuerySet":
        """With `actor_name`, what who did it is called today; None for who is gone."""
        actor = User.objects.filter(pk=OuterRef("actor_id")).values("display_name")[:1]
        return self.annotate(actor_name=Subquery(actor))

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
    target_id = models.UUIDField("its id", null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    ip_address = models.GenericIPAddressField("IP address", null=True, blank=True)
    user_agent = models.CharField(
        "device", max_length=MAX_USER_AGENT_LENGTH, blank=True, default=""
    )
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
        return f"{action_in_words(self.action)} at {self.created_at:%Y-%m-%d %H:%M:%S}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts; an event that is stored is never changed."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()


def action_in_words(action: str) -> str:
    """ "signup.denied" as "Sign-up denied": for people, while programs rely on the codes."""
    if action in _SPECIAL_WORDS:
        return _SPECIAL_WORDS[action]
    words = action.replace(".", " ").replace("_", " ").capitalize()
    return words.replace("Login", "Log-in").replace("Signup", "Sign-up")


def _refuse() -> NoReturn:
    raise TypeError("the audit trail is append-only")
