"""The audit trail: which actions it knows, and what may be told of each.

Call `record` in the transaction that makes the change: both are stored, or neither.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from django.db.models import Model

from accounts.actor import Actor
from accounts.compiled import insert
from accounts.metrics import count_event, start_at_zero
from accounts.models import AuditEvent, User
from accounts.scrubbing import without_secrets

Detail = str | int | bool | None | Sequence[str]
Details = Mapping[str, Detail]


class Action(StrEnum):
    """The closed list: clients of the export may rely on these names."""

    USER_REGISTERED = "user.registered"
    USER_RENAMED = "user.renamed"
    USER_RIGHTS_CHANGED = "user.rights_changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    LOGIN_SUCCEEDED = "login.succeeded"
    LOGIN_FAILED = "login.failed"
    SESSION_REVOKED = "session.revoked"
    SESSIONS_REVOKED = "sessions.revoked"
    REFRESH_TOKEN_REUSED = "refresh_token.reused"  # noqa: S105  (an action, not a token)
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    PASSWORD_RESET_REQUESTED = "password.reset_requested"  # noqa: S105
    PASSWORD_RESET = "password.reset"  # noqa: S105
    SIGNUP_REQUESTED = "signup.requested"
    SIGNUP_APPROVED = "signup.approved"
    SIGNUP_DENIED = "signup.denied"
    SIGNUP_REOPENED = "signup.reopened"
    SIGNUP_NOTED = "signup.noted"
    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_CHANGED = "organization.changed"
    MEMBER_ADDED = "member.added"
    MEMBER_REMOVED = "member.removed"
    MEMBER_ROLES_CHANGED = "member.roles_changed"
    ROLE_CREATED = "role.created"
    ROLE_CHANGED = "role.changed"
    ROLE_DELETED = "role.deleted"
    INVITE_CREATED = "invite.created"
    INVITE_REVOKED = "invite.revoked"
    INVITE_ACCEPTED = "invite.accepted"
    SPACE_CREATED = "space.created"
    SPACE_CHANGED = "space.changed"
    SPACE_DELETED = "space.deleted"
    SPACE_ACCESS_CHANGED = "space.access_changed"
    SERVICE_ACCOUNT_CREATED = "service_account.created"
    SERVICE_ACCOUNT_CHANGED = "service_account.changed"
    SERVICE_ACCOUNT_DELETED = "service_account.deleted"
    TOKEN_ISSUED = "token.issued"  # noqa: S105
    TOKEN_ROTATED = "token.rotated"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105


start_at_zero(Action)

# What an event may tell: never a password, a token, a digest or free text of a stranger.
ALLOWED_DETAILS = frozenset(
    {
        "count",
        "cursor_default_ref",
        "cursor_default_repo_url",
        "display_name",
        "email",
        "expires_at",
        "hint",
        "intended_public_url",
        "is_active",
        "is_staff",
        "is_superuser",
        "managed_by",
        "name",
        "open_signups_enabled",
        "openrouter_model",
        "permissions",
        "provider",
        "reason",
        "role_ids",
        "status",
    }
)


class DetailNotAllowed(Exception):
    """A programmer tried to put something into the trail that it must not hold."""


def record(
    action: Action,
    *,
    by: Actor,
    target: Model | None = None,
    organization_id: uuid.UUID | None = None,
    before: Details | None = None,
    after: Details | None = None,
) -> None:
    """Append one event. Raises DetailNotAllowed for a detail that is not on the list."""
    insert(
        new_event(
            action,
            by=by,
            target=target,
            organization_id=organization_id,
            before=before,
            after=after,
        )
    )
    count_event(action)


def new_event(
    action: Action,
    *,
    by: Actor,
    target: Model | None = None,
    organization_id: uuid.UUID | None = None,
    before: Details | None = None,
    after: Details | None = None,
) -> AuditEvent:
    """The event that `record` would append, for who stores it together with other rows, and then
    calls `count_event`."""
    details = {**(before or {}), **(after or {})}
    if unknown := details.keys() - ALLOWED_DETAILS:
        raise DetailNotAllowed(", ".join(sorted(unknown)))
    credential = by.credential
    agent = without_secrets(by.origin.user_agent)
    return AuditEvent(
        action=action,
        actor_id=by.user.pk if by.user else None,
        actor_email=by.user.email if by.user else "",
        door=by.door,
        credential_kind=credential.kind if credential else "",
        credential_id=credential.id if credential else None,
        credential_hint=credential.hint if credential else "",
        organization_id=organization_id,
        target_kind=target._meta.model_name or "" if target is not None else "",
        target_id=target.pk if target is not None else None,
        before=_scrubbed(before or {}),
        after=_scrubbed(after or {}),
        ip_address=by.origin.ip_address,
        user_agent=agent,
        request_id=without_secrets(by.request_id),
    )


def _scrubbed(details: Details) -> dict[str, Detail]:
    return {
        name: without_secrets(value) if isinstance(value, str) else value
        for name, value in details.items()
    }


def acting_as(by: Actor, user: User) -> Actor:
    """The same actor, once they are known (a log-in, a registration)."""
    return replace(by, user=user)


def changes(before: Details, after: Details) -> tuple[dict[str, Detail], dict[str, Detail]]:
    """The two mappings, narrowed to what differs."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
