"""A session's life: issued at a log-in, rotated by refreshes, ended by its user or by a theft."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import throttling
from accounts.access_tokens import make_access_token
from accounts.actor import Actor
from accounts.admin_sessions import end_admin_sessions
from accounts.audit import Action, acting_as, record
from accounts.compiled import insert
from accounts.models import Session, User
from accounts.services.rotation import ledger_entry, spend
from accounts.tokens import RefreshToken, make_refresh_token, parse_refresh_token
from config.exceptions import NotFound, Unauthorized


class InvalidRefreshToken(Unauthorized):
    """The refresh token opens nothing: unknown, expired, spent, or its session has ended."""

    error = "invalid refresh token"
    code = "invalid_refresh_token"


class TokenSuperseded(InvalidRefreshToken):
    """Spent a moment ago (tabs racing): the session lives on with the successor."""

    code = "token_superseded"


class TokenReused(InvalidRefreshToken):
    """Spent long ago: two parties hold it, so the session was revoked (RFC 9700 §4.14.2)."""

    code = "token_reused"


class SessionNotFound(NotFound):
    """Not one of the caller's live sessions."""

    error = "session not found"
    code = "session_not_found"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets: raw tokens, shown once."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    is_signup_pending: bool
    token_type: str = "Bearer"  # noqa: S105  (RFC 6750's name, not a token)


def issue_session(*, user: User, by: Actor) -> TokenPair:
    """Start a session. Call it in the transaction that checked the user."""
    new = new_session(user=user, by=by)
    for row in new.rows:
        insert(row)
    return new.pair(is_signup_pending=user.is_pending)


class NewSession(NamedTuple):
    """A session that is not stored yet: its rows in order, and its first refresh token."""

    rows: list[Model]
    refresh_token: RefreshToken
    user_id: uuid.UUID

    def pair(self, *, is_signup_pending: bool) -> TokenPair:
        """What the client gets, once the rows are stored."""
        return _make_pair(self.refresh_token, self.user_id, is_signup_pending=is_signup_pending)


def new_session(*, user: User, by: Actor) -> NewSession:
    """The session that `issue_session` would store, for who stores it together with other rows."""
    now = timezone.now()
    session = Session(
        user=user,
        created_at=now,
        last_used_at=now,
        expires_at=now + settings.SESSION_MAX_AGE,
        ip_address=by.origin.ip_address,
        user_agent=by.origin.user_agent,
    )
    refresh_token = make_refresh_token(session.pk)
    entry = ledger_entry(refresh_token, session=session, now=now)
    return NewSession([session, entry], refresh_token, user.pk)


def rotate(*, raw_token: str, by: Actor) -> TokenPair:
    """Trade a refresh token for a new pair; the old one is dead at once.

    Exactly one of any number of concurrent calls with one token succeeds. Raises
    InvalidRefreshToken, TokenSuperseded, TokenReused (the session is then revoked, and stays so)
    or TooManyRequests.
    """
    throttling.count(throttling.refreshes(), by.origin.network)
    token = parse_refresh_token(raw_token)
    if token is None:
        raise InvalidRefreshToken
    now = timezone.now()
    successor = make_refresh_token(token.session_id)
    spent = spend(token, successor=successor, now=now)
    if spent is None:
        raise _refusal(token, now, by)
    return _make_pair(successor, spent.user_id, is_signup_pending=spent.is_signup_pending)


def log_out(*, raw_token: str, by: Actor) -> None:
    """End the session of a refresh token, spent or not. An unknown token ends nothing."""
    token = parse_refresh_token(raw_token)
    if token is None or not OutstandingToken.objects.filter(jti=token.digest).exists():
        return
    session = Session.objects.select_related("user").filter(pk=token.session_id).first()
    if session is not None:
        _end(session, Session.RevokedReason.LOGGED_OUT, acting_as(by, session.user))


def get_session(*, user: User, session_id: uuid.UUID) -> Session:
    """One of the user's live sessions. Raises SessionNotFound."""
    sessions = Session.objects.current(timezone.now()).filter(user=user)
    session = sessions.select_related("user").filter(pk=session_id).first()
    if session is None:
        raise SessionNotFound
    return session


def revoke_session(*, session: Session, by: Actor) -> bool:
    """End one session from the next request on; whether nobody had before."""
    return _end(session, Session.RevokedReason.REVOKED, by)


def revoke_sessions(
    *,
    user: User,
    reason: Session.RevokedReason,
    by: Actor,
    keep: uuid.UUID | None = None,
    in_admin: bool = False,
) -> int:
    """End every session of the user, but for `keep`, from the next request on.

    Those of the admin end too if `in_admin` (a new password ends them by itself). Returns how many
    were open.
    """
    with transaction.atomic():
        sessions = Session.objects.filter(user=user)
        sessions = sessions.exclude(pk=keep) if keep else sessions
        count = sessions.revoke(reason, timezone.now())
        if in_admin and user.is_staff:
            count += end_admin_sessions(user)
        if count:
            record(
                Action.SESSIONS_REVOKED,
                by=by,
                target=user,
                after={"count": count, "reason": reason.value},
            )
    return count


def _end(session: Session, reason: Session.RevokedReason, by: Actor) -> bool:
    with transaction.atomic():
        ended = Session.objects.filter(pk=session.pk).revoke(reason, timezone.now()) == 1
        if ended:
            after = {"reason": reason.value}
            record(Action.SESSION_REVOKED, by=by, target=session, after=after)
    return ended


def _make_pair(
    refresh_token: RefreshToken, user_id: uuid.UUID, *, is_signup_pending: bool
) -> TokenPair:
    return TokenPair(
        access_token=make_access_token(session_id=refresh_token.session_id, user_id=user_id),
        refresh_token=refresh_token.raw,
        expires_in=int(settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds()),
        is_signup_pending=is_signup_pending,
    )


def _refusal(token: RefreshToken, now: dt.datetime, by: Actor) -> InvalidRefreshToken:
    """Why a token was refused. A theft revokes the session here, after the claim's transaction:
    inside it the exception would roll the revocation back."""
    spent = BlacklistedToken.objects.filter(token__jti=token.digest).first()
    live = Session.objects.live(now).select_related("user")
    session = live.filter(pk=token.session_id).first()
    if spent is None or session is None:
        return InvalidRefreshToken()
    # Measured from its start: a call that waited for the winner began within the leeway.
    if now <= spent.blacklisted_at + settings.REFRESH_RACE_LEEWAY:
        return TokenSuperseded()
    with transaction.atomic():
        actor = acting_as(by, session.user)
        if _end(session, Session.RevokedReason.TOKEN_REUSED, actor):
            record(Action.REFRESH_TOKEN_REUSED, by=actor, target=session)
    return TokenReused()
