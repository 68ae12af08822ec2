"""The page on which staff confirm a decision, and what happens when they do."""

import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from accounts.admin_site import admin_actor
from organizations.models import SignupRequest
from organizations.models.signup_request import MAX_REASON_LENGTH
from organizations.services.signup_request import (
    SignupAlreadyResolved,
    SignupRequestNotFound,
    approve_signup,
    deny_signup,
    reopen_signup,
)

# Each id is a form field, and Django reads 1,000 of them.
MAX_AT_ONCE = 500


class Decision(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    REOPEN = "reopen"

    @property
    def label(self) -> str:
        """What a button says."""
        return "Re-open" if self is Decision.REOPEN else self.value.capitalize()

    @property
    def acts_on(self) -> SignupRequest.Status:
        """The status that a request must have."""
        is_reopening = self is Decision.REOPEN
        return SignupRequest.Status.DENIED if is_reopening else SignupRequest.Status.PENDING

    @property
    def past(self) -> str:
        """What was done, for a message."""
        return {"approve": "Approved", "deny": "Denied", "reopen": "Re-opened"}[self.value]


class DecisionForm(forms.Form):
    """What staff say with a decision. The reason and the mail belong to a denial."""

    reason = forms.CharField(
        label="Internal reason",
        help_text="For staff only. The applicant never sees it.",
        max_length=MAX_REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_notified = forms.BooleanField(
        label="Tell the applicant by e-mail",
        help_text="The mail says that the sign-up was not approved, and no reason.",
        required=False,
        initial=True,
    )


def decide(request: HttpRequest, decision: Decision, form: DecisionForm) -> list[SignupRequest]:
    """Carry the decision out for every posted id; what happened to each becomes a message.

    Returns the requests that were decided now.
    """
    decided = []
    for request_id in _posted_ids(request):
        try:
            decided.append(_resolve(request, decision, request_id, form.cleaned_data))
        except SignupAlreadyResolved as error:
            messages.warning(request, too_late(error.request))
        except SignupRequestNotFound:
            messages.warning(request, "A request does not exist any more.")
    if decided:
        messages.success(request, f"{decision.past}: {_names(decided)}.")
    return decided


def too_late(request: SignupRequest) -> str:
    """What staff are told when somebody else was faster."""
    if request.decision:
        return f"{request.user.email} was already {request.decision}. That decision stands."
    return f"{request.user.email} is waiting for a decision."


def _resolve(
    request: HttpRequest, decision: Decision, request_id: uuid.UUID, said: dict[str, Any]
) -> SignupRequest:
    staff = admin_actor(request)
    if decision is Decision.APPROVE:
        return approve_signup(request_id=request_id, by=staff)
    if decision is Decision.REOPEN:
        return reopen_signup(request_id=request_id, by=staff)
    return deny_signup(
        request_id=request_id,
        by=staff,
        reason=said["reason"],
        is_notified=said["is_notified"],
    )


def _posted_ids(request: HttpRequest) -> list[uuid.UUID]:
    ids = []
    for text in request.POST.getlist("ids")[:MAX_AT_ONCE]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    return ids


def _names(requests: Iterable[SignupRequest]) -> str:
    return ", ".join(request.user.email for request in requests)
