"""Sign-up requests: filed by a registration, resolved once, whatever door staff come through."""

import datetime as dt
import uuid
from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actor import Actor
from accounts.audit import Action, record
from accounts.emails import email_key
from accounts.mail import send_after_commit
from accounts.models import Session, User
from accounts.services.sessions import revoke_sessions
from config.exceptions import Conflict, NotFound
from organizations import emails
from organizations.models import Membership, Organization, SignupRequest
from organizations.models.signup_request import THROUGH_INVITE, UNDO_WITHIN
from organizations.origins import network_of
from organizations.services.membership import add_member, end_membership

Status = SignupRequest.Status
SPECIAL = "They have become an owner or staff: ask a superuser."
ELSEWHERE = "They are a member of another organization too."


class SignupRequestNotFound(NotFound):
    error = "request not found"
    code = "request_not_found"


class SignupAlreadyResolved(Conflict):
    """Somebody decided before; `request` says who and what. The first decision stands."""

    error = "signup request already resolved"
    code = "signup_already_resolved"

    def __init__(self, request: SignupRequest) -> None:
        self.request = request
        super().__init__()


class DecisionStands(Exception):
    """It cannot be undone in the admin (any more); `why` tells staff. No call of the API says so:
    it has no status and no code."""

    def __init__(self, request: SignupRequest, why: str) -> None:
        self.request, self.why = request, why
        super().__init__()


def request_signup(*, user: User, organization: Organization, by: Actor) -> SignupRequest:
    """File the request of a new account; staff get a mail once it is committed."""
    request = SignupRequest.objects.create(
        user=user,
        organization=organization,
        ip_address=by.origin.ip_address,
        network=network_of(by.origin.ip_address),
        user_agent=by.origin.user_agent,
    )
    _record(Action.SIGNUP_REQUESTED, request, by)
    send_after_commit("signup_requested", partial(emails.tell_staff, request))
    return request


def approve_signup(*, request_id: uuid.UUID, by: Actor) -> SignupRequest:
    """Let the applicant in as a member without roles; a mail tells them.

    Raises SignupRequestNotFound or SignupAlreadyResolved.
    """
    with transaction.atomic():
        request = _move(request_id, Status.PENDING, Status.APPROVED, by)
        add_member(organization_id=request.organization_id, user=request.user, by=by)
        _record(Action.SIGNUP_APPROVED, request, by)
        send_after_commit("signup_approved", partial(emails.tell_approved, request))
    return request


def deny_signup(
    *, request_id: uuid.UUID, by: Actor, reason: str = "", is_notified: bool = True
) -> SignupRequest:
    """Turn the applicant away and end their sessions; `reason` is for staff alone.

    Mails the applicant if `is_notified`. Raises SignupRequestNotFound or SignupAlreadyResolved.
    """
    with transaction.atomic():
        request = _move(request_id, Status.PENDING, Status.DENIED, by, reason=reason)
        denied = Session.RevokedReason.SIGNUP_DENIED
        revoke_sessions(user=request.user, reason=denied, by=by)
        _record(Action.SIGNUP_DENIED, request, by)
        if is_notified:
            send_after_commit("signup_denied", partial(emails.tell_denied, request))
    return request


def reopen_signup(
    *, request_id: uuid.UUID, by: Actor, within: dt.timedelta | None = None
) -> SignupRequest:
    """Put a denied request back into the queue; the applicant can log in again, and waits.

    Raises SignupRequestNotFound, SignupAlreadyResolved for one that is not denied, or
    DecisionStands if it was denied longer ago than `within` (the admin's limit; the API has none).
    """
    with transaction.atomic():
        request = _move(request_id, Status.DENIED, Status.PENDING, by, within=within)
        _record(Action.SIGNUP_REOPENED, request, by)
    return request


def undo_approval(*, request_id: uuid.UUID, by: Actor) -> SignupRequest:
    """Put an approved request back into the queue: the applicant is no member any more, loses the
    roles, is logged out everywhere, and waits. No mail is sent.

    Raises SignupRequestNotFound, SignupAlreadyResolved, or DecisionStands: after 30 days, for who
    came by an invite, for a member of another organization, and for who has become an owner or
    staff (so for no last owner, and never for oneself): those are a superuser's business.
    """
    with transaction.atomic():
        # Locked: nobody is made an owner between the look and the removal. Before the account, as
        # by whoever takes Owner from somebody.
        rows = Membership.objects.select_for_update(of=("self",))
        memberships = list(rows.filter(user__signup_request=request_id))
        request = _move(request_id, Status.APPROVED, Status.PENDING, by, within=UNDO_WITHIN)
        if why := _why_approved([request]).get(request.pk):
            raise DecisionStands(request, why)
        for membership in memberships:
            end_membership(membership=membership, by=by)
        revoke_sessions(user=request.user, reason=Session.RevokedReason.REVOKED, by=by)
        _record(Action.SIGNUP_REOPENED, request, by, was=Status.APPROVED)
    return request


def resolve_by_invite(*, user: User, inviter: User, by: Actor) -> None:
    """An accepted invite approves the user's pending request, in the inviter's name.

    Call it in the transaction that uses the invite up.
    """
    request = SignupRequest.objects.pending().filter(user=user).first()
    if request is None:
        return
    _move(
        request.pk, Status.PENDING, Status.APPROVED, by, resolved_by=inviter, through=THROUGH_INVITE
    )
    _record(Action.SIGNUP_APPROVED, request, by)


def get_request_of(*, email: str) -> SignupRequest:
    """The sign-up request of an e-mail in any spelling. Raises SignupRequestNotFound."""
    requests = SignupRequest.objects.select_related("user")
    request = requests.filter(user__email_key=email_key(email)).first()
    if request is None:
        raise SignupRequestNotFound
    return request


def get_request_in(*, organization_id: uuid.UUID, request_id: uuid.UUID) -> SignupRequest:
    """A sign-up request of the organization. Raises SignupRequestNotFound."""
    requests = SignupRequest.objects.filter(organization_id=organization_id, pk=request_id)
    request = requests.first()
    if request is None:
        raise SignupRequestNotFound
    return request


def _move(
    request_id: uuid.UUID,
    source: Status,
    target: Status,
    by: Actor,
    *,
    reason: str = "",
    resolved_by: User | None = None,
    through: str = "",
    within: dt.timedelta | None = None,
) -> SignupRequest:
    """One transition: a conditional update, whose outcome decides; the account follows."""
    is_open = target == Status.PENDING
    rows = SignupRequest.objects.filter(pk=request_id, status=source)
    if within is not None:
        rows = rows.filter(resolved_at__gt=timezone.now() - within)
        rows = rows.exclude(resolved_through=THROUGH_INVITE)
    changed = rows.update(
        status=target,
        resolved_at=None if is_open else timezone.now(),
        resolved_by=None if is_open else resolved_by or by.user,
        resolved_through="" if is_open else through or by.door,
        reason=reason,
    )
    requests = SignupRequest.objects.select_related("user", "organization", "resolved_by")
    request = requests.filter(pk=request_id).first()
    if request is None:
        raise SignupRequestNotFound
    if not changed and within is not None and request.status == source:
        raise DecisionStands(request, why_it_stands(request))
    if not changed:
        raise SignupAlreadyResolved(request)
    request.user.signup_status = target
    request.user.save(update_fields=["signup_status"])
    return request


def why_it_stands(request: SignupRequest) -> str:
    """Why the admin does not undo a decision, for staff; empty where it does."""
    return why_they_stand([request]).get(request.pk, "")


def why_they_stand(requests: Collection[SignupRequest]) -> dict[uuid.UUID, str]:
    """As `why_it_stands`, by the id of the request, in as many queries as for one."""
    stand = {one.pk: why for one in requests if (why := _why_by_itself(one))}
    approved = [one for one in requests if one.status == Status.APPROVED and one.pk not in stand]
    return stand | _why_approved(approved)


def _why_by_itself(request: SignupRequest) -> str:
    until = request.undo_until
    if request.resolved_through == THROUGH_INVITE:
        return "They accepted an invite, which is no decision of staff."
    if until is not None and until <= timezone.now():
        return f"A decision is undone within {UNDO_WITHIN.days} days, and this one is older."
    return ""


def _why_approved(requests: Collection[SignupRequest]) -> dict[uuid.UUID, str]:
    """Why some stay approved. Who waits reaches no organization, nor the admin."""
    applicants = [request.user_id for request in requests]
    memberships = Membership.objects.filter(user__in=applicants)
    users = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True), pk__in=applicants)
    owners = memberships.filter(roles__is_system=True).values_list("user_id", flat=True)
    special = {*users.values_list("pk", flat=True), *owners}
    asked = {(one.user_id, one.organization_id) for one in requests}
    others = {*memberships.values_list("user_id", "organization_id")} - asked
    why = dict.fromkeys((user for user, _ in others), ELSEWHERE) | dict.fromkeys(special, SPECIAL)
    return {one.pk: why[one.user_id] for one in requests if one.user_id in why}


def _record(action: Action, request: SignupRequest, by: Actor, was: Status | None = None) -> None:
    record(
        action,
        by=by,
        target=request,
        organization_id=request.organization_id,
        before={"status": was.value} if was else None,
        after={"email": request.user.email, "reason": request.reason},
    )
