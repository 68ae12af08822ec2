"""What happened to a request, to its account and to its address before, told in words.

Each query reads an index, and no more than a hundred rows of it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.admin_words import who
from accounts.audit import Action
from accounts.models import AuditEvent
from organizations.admin.signup_facts import MANY, Status, many
from organizations.models import Invite, SignupRequest

MAX_TOLD = 20
DECISIONS = (
    Action.SIGNUP_REQUESTED,
    Action.SIGNUP_APPROVED,
    Action.SIGNUP_DENIED,
    Action.SIGNUP_REOPENED,
)
OF_THE_ACCOUNT: dict[str, str] = {
    Action.USER_DISABLED: "The account was disabled",
    Action.USER_ENABLED: "The account was enabled again",
    Action.MEMBER_REMOVED: "They were removed from the organization",
}


@dataclass(frozen=True)
class Told:
    """One line of the history."""

    moment: dt.datetime
    text: str
    reason: str = ""


@dataclass(frozen=True)
class History:
    """The latest first; whether there are lines that are older than all of these."""

    lines: list[Told]
    has_older: bool


def history_of(request: SignupRequest) -> History:
    """From the audit trail and from the invites; of other organizations nothing, whose people are
    not for those who decide here."""
    of_request = AuditEvent.objects.with_names().filter(target_id=request.pk, action__in=DECISIONS)
    decisions = list(of_request.order_by("-created_at", "-pk")[: MAX_TOLD + 1])
    # Whatever they are: those that are told may be few among many log-ins.
    of_account = AuditEvent.objects.with_names().filter(target_id=request.user_id)
    events = list(of_account.order_by("-created_at")[: MANY + 1])
    # By the address, which has an index; no index is in this order, which might tempt a planner.
    to_address = Invite.objects.filter(
        email_key=request.user.email_key, organization=request.organization_id
    )
    invites = list(to_address.select_related("created_by").order_by("-created_at")[: MAX_TOLD + 1])
    lines = [
        *(Told(one.created_at, _decision(one, request), _reason(one)) for one in decisions),
        *_account(events[:MANY], request),
        *(Told(one.created_at, _invite(one)) for one in invites),
    ]
    lines.sort(key=lambda line: line.moment, reverse=True)
    return History(lines[:MAX_TOLD], len(lines) > MAX_TOLD or len(events) > MANY)


def _account(events: list[AuditEvent], request: SignupRequest) -> Iterator[Told]:
    for event in events:
        if event.organization_id not in {None, request.organization_id}:
            continue
        if words := OF_THE_ACCOUNT.get(event.action):
            yield Told(event.created_at, f"{words} by {who(event)}.")
    failed = [one.created_at for one in events if one.action == Action.LOGIN_FAILED]
    if failed:
        text = f"{many(len(failed))} failed log-ins, this one the last."
        yield Told(failed[0], text if len(failed) > 1 else "A failed log-in.")


def _invite(invite: Invite) -> str:
    became = {
        "usable": "can still be used",
        "accepted": "was accepted",
        "revoked": "was revoked",
        "expired": "expired unused",
    }
    return f"Invited by {invite.created_by}: the invite {became[invite.state]}."


def _reason(event: AuditEvent) -> str:
    return str(event.after.get("reason") or "")


def _decision(event: AuditEvent, request: SignupRequest) -> str:
    if event.action == Action.SIGNUP_REQUESTED:
        return "Asked to join."
    if event.action == Action.SIGNUP_DENIED:
        return f"Denied by {who(event)}."
    if event.action == Action.SIGNUP_REOPENED:
        is_undone = event.before.get("status") == Status.APPROVED
        return f"{'Approval undone' if is_undone else 'Re-opened'} by {who(event)}."
    if event.actor_id == request.user_id:
        return "Accepted an invite, which approved it."
    return f"Approved by {who(event)}."
