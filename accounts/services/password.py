"""Changing a password, and the way back in for somebody who forgot it."""

import datetime as dt
import secrets
from functools import partial

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import mail, passwords, throttling
from accounts.actor import Actor
from accounts.audit import Action, acting_as, record
from accounts.emails import email_key
from accounts.mail import send_after_commit
from accounts.models import PasswordReset, Session, User
from accounts.services.sessions import revoke_sessions
from accounts.tokens import digest
from config.exceptions import DomainError, Forbidden, ValidationFailed

RESET_LIFETIME = dt.timedelta(hours=1)


class WrongPassword(Forbidden):
    """The current password does not match. Not a 401: the caller's credential is good."""

    error = "invalid credentials"
    code = "wrong_password"


class InvalidResetToken(DomainError):
    error = "invalid or expired token"
    code = "invalid_reset_token"


def check_policy(*, password: str, user: User, field: str, context: tuple[str, ...] = ()) -> None:
    """Raises ValidationFailed with the problems of `password` as codes under `field`.

    `context` are further words that it must not resemble (names of organizations).
    """
    user.password_context = context  # type: ignore[attr-defined]  # see ContextValidator
    try:
        validate_password(password, user)
    except ValidationError as error:
        codes = [problem.code or "invalid" for problem in error.error_list]
        message = f"{field}: {error.messages[0]}"
        raise ValidationFailed(error=message, fields={field: codes}) from error


def change_password(*, user: User, current_password: str, new_password: str, by: Actor) -> None:
    """Set a new password and end all other sessions.

    Tries count with the log-ins of the account. Raises WrongPassword, ValidationFailed or
    TooManyRequests.
    """
    throttling.count(throttling.auth_requests(), by.origin.network)
    tries = throttling.LoginTries.of(user.email_key, by.origin.network)
    tries.count()
    if not passwords.is_password_of(user, current_password):
        raise WrongPassword
    tries.succeed()
    if new_password == current_password:
        message = "new_password: This is the current password."
        raise ValidationFailed(error=message, fields={"new_password": ["password_unchanged"]})
    check_policy(password=new_password, user=user, field="new_password")
    new_hash = passwords.hash_password(new_password)
    is_set = _replace_password(user, new_hash, by)
    if not is_set and passwords.is_hashed_anew(user, current_password):
        is_set = _replace_password(user, new_hash, by)
    if not is_set:
        raise WrongPassword


def _replace_password(user: User, new_hash: str, by: Actor) -> bool:
    """And end all other sessions. Not over a change since the user was read: then it is False."""
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, password=user.password)
        if not unchanged.update(password=new_hash):
            return False
        keep = by.credential.id if by.credential else None
        record(Action.PASSWORD_CHANGED, by=by, target=user)
        reason = Session.RevokedReason.PASSWORD_CHANGED
        revoke_sessions(user=user, reason=reason, by=by, keep=keep)
        PasswordReset.objects.void(user, timezone.now())
    return True


def request_password_reset(*, email: str, by: Actor) -> None:
    """Mail a single-use link, valid for an hour, if the address has an account that may log in.

    Answers and does the same for an unknown one, but for the mail, which leaves afterwards. An
    address that has had its mails of this hour is answered as ever, and gets no further one.
    Raises TooManyRequests (the network's).
    """
    throttling.count(throttling.auth_requests(), by.origin.network)
    # By the address, not by its spelling: mails of one mailbox count together.
    is_flooded = throttling.is_over(throttling.password_resets(), email_key(email) or email)
    user = User.objects.find_by_email(email)
    may_reset = user is not None and user.may_log_in and not is_flooded
    raw_token = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        PasswordReset.objects.create(
            user=user if may_reset else None,
            digest=digest(raw_token),
            created_at=now,
            expires_at=now + RESET_LIFETIME,
        )
        record(Action.PASSWORD_RESET_REQUESTED, by=by, target=user if may_reset else None)
        if user is not None and may_reset:
            send_after_commit("password_reset", partial(_mail_link, user, raw_token))


def reset_password(*, raw_token: str, new_password: str, by: Actor) -> None:
    """Set a new password with a mailed token, once, and end all sessions.

    Raises InvalidResetToken, ValidationFailed (the token stays usable) or TooManyRequests.
    """
    throttling.count(throttling.auth_requests(), by.origin.network)
    resets = PasswordReset.objects.usable(timezone.now()).filter(digest=digest(raw_token))
    reset = resets.select_related("user").first()
    if reset is None or reset.user is None or not reset.user.may_log_in:
        raise InvalidResetToken
    user = reset.user
    check_policy(password=new_password, user=user, field="new_password")
    new_hash = passwords.hash_password(new_password)
    with transaction.atomic():
        if not resets.update(used_at=timezone.now()):
            raise InvalidResetToken
        User.objects.filter(pk=user.pk).update(password=new_hash)
        actor = acting_as(by, user)
        record(Action.PASSWORD_RESET, by=actor, target=user)
        reason = Session.RevokedReason.PASSWORD_RESET
        revoke_sessions(user=user, reason=reason, by=actor)
        # Other links of the same person die with this one.
        PasswordReset.objects.void(user, timezone.now())
    throttling.LoginTries.of(user.email_key, by.origin.network).succeed()


def _mail_link(user: User, raw_token: str) -> None:
    mail.send("password_reset", {"user": user, "token": raw_token}, [user.email])
