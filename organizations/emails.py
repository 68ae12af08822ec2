"""Mails about sign-ups and invites."""

from django.db.models import QuerySet

from accounts import mail
from accounts.models import User
from organizations.models import Invite, SignupRequest

RESOLVE_PERMISSION = "organizations.resolve_signuprequest"


def staff_who_resolve() -> QuerySet[User]:
    """The active staff members who may approve and deny sign-ups."""
    return User.objects.with_perm(RESOLVE_PERMISSION).filter(is_staff=True)


def tell_staff(request: SignupRequest) -> None:
    """A request waits: to every active staff member who may resolve it."""
    addresses = list(staff_who_resolve().values_list("email", flat=True))
    mail.send("signup_requested", _context(request), addresses)


def tell_approved(request: SignupRequest) -> None:
    """The account is open: to the applicant."""
    mail.send("signup_approved", _context(request), [request.user.email])


def tell_denied(request: SignupRequest) -> None:
    """The account stays closed: to the applicant, without the internal reason."""
    mail.send("signup_denied", _context(request), [request.user.email])


def send_invite(invite: Invite, raw_token: str) -> None:
    """The link that lets somebody in: to the address that it is bound to."""
    context = {"invite": invite, "organization": invite.organization, "token": raw_token}
    mail.send("invite", context, [invite.email])


def _context(request: SignupRequest) -> dict[str, object]:
    return {
        "applicant": request.user,
        "organization": request.organization,
        "request": request,
    }
