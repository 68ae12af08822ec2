"""Logging in: the password check that the API and the admin share, and the API's session."""

from django.db import connection
from django.utils import timezone

from accounts import passwords, throttling
from accounts.actor import Actor
from accounts.audit import Action, acting_as, new_event, record
from accounts.compiled import insert_if
from accounts.emails import email_key
from accounts.metrics import count_event
from accounts.models import User
from accounts.queries import find_account
from accounts.services.sessions import TokenPair, new_session
from config.exceptions import Forbidden, Unauthorized

# Takes the user's row lock, if the checked password still counts. Disabling, denying and changing
# the password end the sessions that exist; this keeps a log-in that was hashing at that moment from
# starting one after it.
_CONFIRM = """
UPDATE accounts_user SET last_login = %(now)s, last_seen_at = %(now)s, password = %(new_hash)s
WHERE id = %(id)s AND is_active AND signup_status <> %(denied)s AND password = %(checked)s
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
    user, tries = _check(email, password, by)
    tries.succeed()
    return user


def _check(email: str, password: str, by: Actor) -> tuple[User, throttling.LoginTries]:
    """What `check_credentials` does, but for the end of the tries when they succeed."""
    network = by.origin.network
    throttling.count(throttling.auth_requests(), network)
    key = email_key(email)
    account = key or email
    network_key = throttling.known_key(account, network)
    user, known_until = find_account(key=key, network_key=network_key, now=timezone.now())
    tries = throttling.LoginTries(account, network, known_until)
    tries.count()
    if not passwords.is_password_of(user, password) or user is None or not user.is_active:
        record(Action.LOGIN_FAILED, by=by, target=user)
        raise InvalidCredentials
    return user, tries


def log_in(*, email: str, password: str, by: Actor) -> TokenPair:
    """Check the credentials and start a session.

    Raises InvalidCredentials, SignupDenied (only after the right password) or TooManyRequests.
    """
    user, tries = _check(email, password, by)
    tries.know_network()  # before the end, so that nothing can fail after it
    new_hash = passwords.hash_password(password) if passwords.is_outdated(user.password) else None
    pair = _start_session(user, new_hash or user.password, by, tries.key)
    if pair is None and passwords.is_hashed_anew(user, password):
        pair = _start_session(user, user.password, by, tries.key)
    if pair is None:
        tries.forget()
        raise _refusal(user)
    count_event(Action.LOGIN_SUCCEEDED)
    return pair


def _start_session(user: User, new_hash: str, by: Actor, tries_key: str) -> TokenPair | None:
    """Unless the account or its password has changed since it was read: then None."""
    new = new_session(user=user, by=by)
    event = new_event(Action.LOGIN_SUCCEEDED, by=acting_as(by, user), target=user)
    values = {
        "id": User._meta.pk.get_db_prep_value(user.pk, connection),
        "checked": user.password,
        "new_hash": new_hash,
        "denied": User.SignupStatus.DENIED.value,
        "now": connection.ops.adapt_datetimefield_value(timezone.now()),
        "tries": tries_key,
    }
    confirmed = insert_if(_CONFIRM, values, [event, *new.rows], and_delete=throttling.FORGET)
    if confirmed is None:
        return None
    return new.pair(is_signup_pending=confirmed[0] == User.SignupStatus.PENDING)


def _refusal(user: User) -> InvalidCredentials | SignupDenied:
    """Why an account did not open to its own password."""
    denied = User.objects.filter(pk=user.pk, signup_status=User.SignupStatus.DENIED)
    is_denied = denied.filter(is_active=True, password=user.password).exists()
    return SignupDenied() if is_denied else InvalidCredentials()
