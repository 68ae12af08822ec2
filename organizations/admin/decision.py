"""The page on which staff confirm a decision, and what happens when they do."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.text import capfirst

from accounts import mail
from accounts.admin_bulk import one_by_one
from accounts.admin_site import admin_actor
from organizations.models import SignupRequest
from organizations.models.signup_request import MAX_REASON_LENGTH, UNDO_WITHIN
from organizations.services.signup_request import (
    DecisionStands,
    SignupAlreadyResolved,
    SignupRequestNotFound,
    approve_signup,
    deny_signup,
    reopen_signup,
    undo_approval,
)

# Each id is a form field, and Django reads 1,000 of them.
MAX_AT_ONCE = 500


class Decision(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    REOPEN = "reopen"
    UNDO = "undo"

    @property
    def label(self) -> str:
        """What a button says."""
        special = {Decision.REOPEN: "Re-open", Decision.UNDO: "Undo the approval of"}
        return special.get(self, self.value.capitalize())

    @property
    def acts_on(self) -> SignupRequest.Status:
        """The status that a request must have."""
        special = {
            Decision.REOPEN: SignupRequest.Status.DENIED,
            Decision.UNDO: SignupRequest.Status.APPROVED,
        }
        return special.get(self, SignupRequest.Status.PENDING)

    @property
    def is_undoing(self) -> bool:
        """Whether it takes an earlier decision back, for which there is a limit."""
        return self in {Decision.REOPEN, Decision.UNDO}

    @property
    def undone_by(self) -> "Decision | None":
        """What takes this one back."""
        return {Decision.APPROVE: Decision.UNDO, Decision.DENY: Decision.REOPEN}.get(self)

    @property
    def past(self) -> str:
        """What was done, for a message."""
        return {
            Decision.APPROVE: "Approved",
            Decision.DENY: "Denied",
            Decision.REOPEN: "Re-opened",
            Decision.UNDO: "Approval undone",
        }[self]

    def effect(self, *, is_notified: bool) -> str:
        """What became of the person, for the table of results."""
        told = mail_in_words() if is_notified else "No mail was sent."
        return {
            Decision.APPROVE: f"Approved: a member now. {mail_in_words()}",
            Decision.DENY: f"Denied. {told}",
            Decision.REOPEN: "Re-opened: waits in the queue again.",
            Decision.UNDO: "Approval undone: no member any more, and waits in the queue again.",
        }[self]


def mail_in_words(*, is_chosen: bool = True) -> str:
    """Whether an applicant who is told by mail will know of it; `is_chosen` is False while staff
    have yet to say whether there is to be one."""
    if not mail.reaches_people():
        return "No mail reaches them: no mail server is set up."
    told = "They get a mail, if the mail server takes it."
    return told if is_chosen else f"Only if this is ticked: {told[0].lower()}{told[1:]}"


class LinesField(forms.CharField):
    """Text of several lines, whose ends count once: the browser stops at the same length."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class DecisionForm(forms.Form):
    """What staff say with a decision. The reason and the mail belong to a denial."""

    reason = LinesField(
        label="Internal reason",
        help_text="For staff only. The applicant never sees it.",
        max_length=MAX_REASON_LENGTH,
        required=False,
    )
    is_notified = forms.BooleanField(
        label="Tell the applicant by e-mail",
        help_text="The mail says that the sign-up was not approved, and gives no reason.",
        required=False,
        initial=True,
    )


@dataclass(frozen=True)
class Outcome:
    """What happened to one of the requests that were posted. `request` is None for one that does
    not exist; `text` is a whole sentence, and says nobody's address."""

    key: uuid.UUID
    request: SignupRequest | None
    is_done: bool
    text: str
    message: str = ""
    is_cut_off: bool = False

    @property
    def email(self) -> str:
        return self.request.user.email if self.request else ""


# Called with what was decided, in the transaction of the decision.
Log = Callable[[SignupRequest], object]


def decide(request: HttpRequest, decision: Decision, form: DecisionForm, log: Log) -> list[Outcome]:
    """Carry the decision out for every posted id, each in a transaction of its own. After an
    outage no other is tried; its outcome says so."""
    keys, said = _posted_ids(request), form.cleaned_data
    # By then, it is too late to ask what they are called.
    named = SignupRequest.objects.select_related("user").in_bulk(keys)
    run = one_by_one(keys, lambda key: _decide(request, decision, key, said, log))
    left = [Outcome(key, named.get(key), False, why, is_cut_off=True) for key, why in run.left]
    return run.results + left


def _decide(
    request: HttpRequest, decision: Decision, key: uuid.UUID, said: dict[str, Any], log: Log
) -> Outcome:
    try:
        with transaction.atomic():
            done = _resolve(request, decision, key, said)
            log(done)
    except SignupAlreadyResolved as error:
        late = error.request
        return Outcome(key, late, False, capfirst(_too_late(late)), too_late(late))
    except DecisionStands as error:
        text = f"The decision stands. {error.why}"
        return Outcome(key, error.request, False, text, stands(error.request, error.why))
    except SignupRequestNotFound:
        text = "A request does not exist any more."
        return Outcome(key, None, False, text, text)
    text = decision.effect(is_notified=said["is_notified"])
    return Outcome(key, done, True, text, f"{decision.past}: {done.user.email}.")


def too_late(request: SignupRequest) -> str:
    """What staff are told when somebody else was faster."""
    return f"{request.user.email} {_too_late(request)}"


def _too_late(request: SignupRequest) -> str:
    if request.decision:
        return f"was already {request.decision}. That decision stands."
    return "is waiting for a decision."


def stands(request: SignupRequest, why: str) -> str:
    """What staff are told of a decision that is not undone."""
    return f"The decision on {request.user.email} stands. {why}"


def _resolve(
    request: HttpRequest, decision: Decision, request_id: uuid.UUID, said: dict[str, Any]
) -> SignupRequest:
    staff = admin_actor(request)
    if decision is Decision.APPROVE:
        return approve_signup(request_id=request_id, by=staff)
    if decision is Decision.REOPEN:
        return reopen_signup(request_id=request_id, by=staff, within=UNDO_WITHIN)
    if decision is Decision.UNDO:
        return undo_approval(request_id=request_id, by=staff)
    return deny_signup(
        request_id=request_id,
        by=staff,
        reason=said["reason"],
        is_notified=said["is_notified"],
    )


def _posted_ids(request: HttpRequest) -> list[uuid.UUID]:
    """Each once, in the order of the form."""
    ids: dict[uuid.UUID, None] = {}
    for text in request.POST.getlist("ids")[:MAX_AT_ONCE]:
        try:
            ids[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(ids)
