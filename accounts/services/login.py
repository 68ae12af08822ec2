"""Logging in: the password check that the API and the admin share, and the API's session."""

from django.db import connection, transaction
from django.utils import timezone

from accounts import passwords, throttling
from accounts.actor import Actor
from accounts.audit import Action, acting_as, record
from accounts.emails import email_key
from accounts.models import User
from accounts.queries import user_with_email
from accounts.services.sessions import TokenPair, issue_session
from config.exceptions import Forbidden, Unauthorized

_CONFIRM = """
UPDATE accounts_user SET last_login = %(now)s, last_seen_at = %(now)s, password = %(new_hash)s
WHERE id = %(id)s AND is_active AND password = %(password)s
RETURNING signup_status
"""


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
    key = email_key(email)
    tries = throttling.LoginTries(key or email, by.origin.network)
    tries.count()
    user = user_with_email.first(key=key)
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
        user.signup_status = _confirm(user, new_hash)
        if user.is_denied:
            raise SignupDenied
        record(Action.LOGIN_SUCCEEDED, by=acting_as(by, user), target=user)
        return issue_session(user=user, by=by)


def _confirm(user: User, new_hash: str | None) -> str:
    """Take the user's row lock, if the checked password still counts; returns the sign-up status.

    Disabling, denying and changing the password end the sessions that exist; this keeps a log-in
    that was hashing at that moment from starting one after it. Raises InvalidCredentials.
    """
    values = {
        "id": User._meta.pk.get_db_prep_value(user.pk, connection),
        "password": user.password,
        "new_hash": new_hash or user.password,
        "now": connection.ops.adapt_datetimefield_value(timezone.now()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, values)
        row = cursor.fetchone()
    if row is None:
        raise InvalidCredentials
    status: str = row[0]
    return status
