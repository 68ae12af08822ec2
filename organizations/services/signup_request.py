"""Sign-up requests: filed by a registration, resolved once, whatever door staff come through."""

import uuid
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.emails import email_key
from accounts.mail import send_after_commit
from accounts.models import Session, User
from accounts.origin import Origin
from accounts.services.sessions import revoke_sessions
from config.exceptions import Conflict, NotFound
from organizations import emails
from organizations.models import Membership, Organization, SignupRequest


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


def request_signup(*, user: User, organization: Organization, origin: Origin) -> SignupRequest:
    """File the request of a new account; staff get a mail once it is committed."""
    request = SignupRequest.objects.create(
        user=user,
        organization=organization,
        ip_address=origin.ip_address,
        user_agent=origin.user_agent,
    )
    send_after_commit("signup_requested", partial(emails.tell_staff, request))
    return request


def approve_signup(
    *, request_id: uuid.UUID, resolved_by: User | None, through: SignupRequest.Door
) -> SignupRequest:
    """Let the applicant in as a member without roles; a mail tells them.

    `resolved_by` is None for the command line. Raises SignupRequestNotFound or
    SignupAlreadyResolved.
    """
    with transaction.atomic():
        request = _resolve(request_id, SignupRequest.Status.APPROVED, resolved_by, through)
        _set_account_status(request, User.SignupStatus.APPROVED)
        Membership.objects.get_or_create(
            organization_id=request.organization_id, user_id=request.user_id
        )
        send_after_commit("signup_approved", partial(emails.tell_approved, request))
    return request


def deny_signup(
    *,
    request_id: uuid.UUID,
    resolved_by: User | None,
    through: SignupRequest.Door,
    reason: str = "",
    is_notified: bool = True,
) -> SignupRequest:
    """Turn the applicant away and end their sessions; `reason` is for staff alone.

    Mails the applicant if `is_notified`. Raises SignupRequestNotFound or SignupAlreadyResolved.
    """
    with transaction.atomic():
        request = _resolve(request_id, SignupRequest.Status.DENIED, resolved_by, through, reason)
        _set_account_status(request, User.SignupStatus.DENIED)
        revoke_sessions(user=request.user, reason=Session.RevokedReason.SIGNUP_DENIED)
        if is_notified:
            send_after_commit("signup_denied", partial(emails.tell_denied, request))
    return request


def get_request_of(*, email: str) -> SignupRequest:
    """The sign-up request of an e-mail in any spelling. Raises SignupRequestNotFound."""
    requests = SignupRequest.objects.select_related("user")
    request = requests.filter(user__email_key=email_key(email)).first()
    if request is None:
        raise SignupRequestNotFound
    return request


def _resolve(
    request_id: uuid.UUID,
    status: SignupRequest.Status,
    resolved_by: User | None,
    through: SignupRequest.Door,
    reason: str = "",
) -> SignupRequest:
    """The one transition out of pending: a conditional update, whose outcome decides."""
    changed = (
        SignupRequest.objects.pending()
        .filter(pk=request_id)
        .update(
            status=status,
            resolved_at=timezone.now(),
            resolved_by=resolved_by,
            resolved_through=through,
            reason=reason,
        )
    )
    request = (
        SignupRequest.objects.select_related("user", "organization", "resolved_by")
        .filter(pk=request_id)
        .first()
    )
    if request is None:
        raise SignupRequestNotFound
    if not changed:
        raise SignupAlreadyResolved(request)
    return request


def _set_account_status(request: SignupRequest, status: User.SignupStatus) -> None:
    request.user.signup_status = status
    request.user.save(update_fields=["signup_status"])
