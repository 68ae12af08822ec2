"""Mails about sign-ups and invites."""

from django.db.models import Q, QuerySet

from accounts import mail
from accounts.models import User
from organizations.models import Invite, SignupMailChoice, SignupRequest

Frequency = SignupMailChoice.Frequency
RESOLVE_PERMISSION = "organizations.resolve_signuprequest"


def signup_staff() -> QuerySet[User]:
    """Whom sign-ups concern: those to whom the admin opens, and who may resolve a request."""
    approved = User.SignupStatus.APPROVED
    staff = User.objects.with_perm(RESOLVE_PERMISSION)  # of those who are active
    return staff.filter(is_staff=True, signup_status=approved)


def told_at_once() -> QuerySet[User]:
    """Of them, who gets a mail for each sign-up."""
    return signup_staff().filter(Q(signup_mail=None) | Q(signup_mail__frequency=Frequency.AT_ONCE))


def told_daily() -> QuerySet[User]:
    """Of them, who gets one mail a day about everybody who waits."""
    return signup_staff().filter(signup_mail__frequency=Frequency.DAILY)


def tell_staff(request: SignupRequest) -> None:
    """A request waits: to all staff whom it concerns, but for those who want no mail at once."""
    addresses = told_at_once().values_list("email", flat=True)
    mail.send("signup_requested", _context(request), list(addresses))


def send_digest(user: User, waiting: list[SignupRequest], more: int) -> bool:
    """Who waits, and how many `more` do: to one of the staff. Whether the mail server took it."""
    return mail.send_now("signup_digest", {"waiting": waiting, "more": more}, user.email)


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
