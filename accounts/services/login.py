"""Logging in: the password check that the API and the admin share, and the API's session."""

from django.db import transaction
from django.utils import timezone

from accounts import passwords, throttling
from accounts.actor import Actor
from accounts.audit import Action, acting_as, record
from accounts.emails import email_key
from accounts.models import User
from accounts.services.sessions import TokenPair, issue_session
from config.exceptions import Forbidden, Unauthorized


class InvalidCredentials(Unauthorized):
    """Unknown e-mail, wrong password or disabled account: which one is not told."""

    error = "invalid credentials"
    code = "invalid_credentials"


class SignupDenied(Forbidden):
    """The right password of an account whose sign-up was denied."""

    error = "signup_denied"
    code = "signup_denied"


def check_credentials(*, email: str, password: str, by: Actor) -> User:
    """The active user with this e-mail and password.

    Counts the try against the network and the account before the hash is computed. Raises
    InvalidCredentials (after the same time for every reason) or TooManyRequests.
    """
    throttling.count(throttling.auth_requests(), by.origin.network)
    tries = throttling.LoginTries(email_key(email) or email, by.origin.network)
    tries.count()
    user = User.objects.find_by_email(email)
    if not passwords.is_password_of(user, password) or user is None or not user.is_active:
        record(Action.LOGIN_FAILED, by=by, target=user)
        raise InvalidCredentials
    tries.succeed()
    return user


def log_in(*, email: str, password: str, by: Actor) -> TokenPair:
    """Check the credentials and start a session.

    Raises InvalidCredentials, SignupDenied (only after the right password) or TooManyRequests.
    """
    user = check_credentials(email=email, password=password, by=by)
    new_hash = passwords.hash_password(password) if passwords.is_outdated(user.password) else None
    with transaction.atomic():
        _confirm(user, new_hash)
        user.refresh_from_db(fields=["signup_status"])
        if user.is_denied:
            raise SignupDenied
        record(Action.LOGIN_SUCCEEDED, by=acting_as(by, user), target=user)
        return issue_session(user=user, by=by)


def _confirm(user: User, new_hash: str | None) -> None:
    """Take the user's row lock, if the checked password still counts.

    Disabling, denying and changing the password end the sessions that exist; this keeps a log-in
    that was hashing at that moment from starting one after it.
    """
    now = timezone.now()
    unchanged = User.objects.filter(pk=user.pk, is_active=True, password=user.password)
    changes = {"password": new_hash} if new_hash else {}
    if not unchanged.update(last_login=now, last_seen_at=now, **changes):
        raise InvalidCredentials
