"""Mails about sign-ups: plain text, one recipient each, sent after the commit."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from accounts.models import User
from organizations.models import SignupRequest

RESOLVE_PERMISSION = "organizations.resolve_signuprequest"


def tell_staff(request: SignupRequest) -> None:
    """A request waits: to every active staff member who may resolve it."""
    staff = User.objects.with_perm(RESOLVE_PERMISSION).filter(is_staff=True)
    _send("signup_requested", request, list(staff.values_list("email", flat=True)))


def tell_approved(request: SignupRequest) -> None:
    """The account is open: to the applicant."""
    _send("signup_approved", request, [request.user.email])


def tell_denied(request: SignupRequest) -> None:
    """The account stays closed: to the applicant, without the internal reason."""
    _send("signup_denied", request, [request.user.email])


def _send(template: str, request: SignupRequest, addresses: list[str]) -> None:
    context = {
        "applicant": request.user,
        "organization": request.organization,
        "request": request,
        "public_url": settings.PUBLIC_URL,
    }
    text = render_to_string(f"emails/{template}.txt", context)
    # The first line of a template is its subject.
    subject, _, body = text.partition("\n")
    messages = [
        EmailMessage(" ".join(subject.split()), body.lstrip("\n"), None, [address])
        for address in addresses
    ]
    if messages:
        get_connection().send_messages(messages)
