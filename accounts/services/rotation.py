"""The atomic step of a refresh: a token is spent and its successor stored, or nothing happens."""

import datetime as dt
import uuid
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.compiled import insert
from accounts.models import Session, User
from accounts.tokens import RefreshToken

# The ledger's unique key lets one of any number of calls insert. (The ORM's ignore_conflicts does
# not tell whether a row went in.)
_CLAIM = """
INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
SELECT id, %(now)s FROM token_blacklist_outstandingtoken
WHERE jti = %(digest)s AND expires_at > %(now)s
ON CONFLICT (token_id) DO NOTHING
"""

# PostgreSQL does all of it in one statement, in a third of the time: no round trip for each step,
# and none for BEGIN and COMMIT. The lock comes first: a log-out that holds it is waited for, and
# `revoked_at` is looked at again then (READ COMMITTED does so for a row that is locked, behind a
# join too, but not for one in a subquery). The user is read as of the start: whoever disables or
# denies one ends the sessions in the same transaction.
_SPEND = """
WITH live AS (
    SELECT session.id, session.user_id, session.expires_at, account.signup_status
    FROM accounts_session AS session
    JOIN accounts_user AS account ON account.id = session.user_id
    WHERE session.id = %(session_id)s
      AND session.revoked_at IS NULL AND session.expires_at > %(now)s
      AND account.is_active AND account.signup_status <> %(denied)s
    FOR UPDATE OF session
), claimed AS (
    INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT spent.id, %(now)s FROM token_blacklist_outstandingtoken AS spent, live
    WHERE spent.jti = %(digest)s AND spent.expires_at > %(now)s
    ON CONFLICT (token_id) DO NOTHING
    RETURNING token_id
), touched AS (
    UPDATE accounts_session AS session SET last_used_at = %(now)s
    FROM live, claimed WHERE session.id = live.id
), issued AS (
    INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
    SELECT live.user_id, %(successor)s, '', %(now)s, LEAST(%(ends_at)s, live.expires_at)
    FROM live, claimed
    RETURNING user_id
)
SELECT issued.user_id, live.signup_status FROM issued, live
"""


class Spent(NamedTuple):
    """A token was spent; who it belongs to."""

    user_id: uuid.UUID
    is_signup_pending: bool


def spend(token: RefreshToken, *, successor: RefreshToken, now: dt.datetime) -> Spent | None:
    """Spend the token and store its successor; None, with nothing changed, where it opens nothing.

    Exactly one of any number of concurrent calls with one token gets through.
    """
    if connection.vendor == "postgresql":
        return _spend_at_once(token, successor, now)
    return _spend_in_steps(token, successor, now)


def _spend_at_once(token: RefreshToken, successor: RefreshToken, now: dt.datetime) -> Spent | None:
    values: dict[str, Any] = {
        "session_id": token.session_id,
        "digest": token.digest,
        "successor": successor.digest,
        "denied": User.SignupStatus.DENIED,
        "now": now,
        "ends_at": now + settings.REFRESH_TOKEN_LIFETIME,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(_SPEND, values)
            row = cursor.fetchone()
    except IntegrityError:  # expired while it waited for the session, and was purged
        return None
    return row and Spent(row[0], row[1] == User.SignupStatus.PENDING)


def _spend_in_steps(token: RefreshToken, successor: RefreshToken, now: dt.datetime) -> Spent | None:
    """For SQLite, where a transaction is alone from its first statement on."""
    with transaction.atomic():
        session = (
            Session.objects.live(now).select_related("user").filter(pk=token.session_id).first()
        )
        if session is None or not session.user.is_active or session.user.is_denied:
            return None
        values = {"digest": token.digest, "now": connection.ops.adapt_datetimefield_value(now)}
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            if cursor.rowcount != 1:
                return None
        Session.objects.filter(pk=session.pk).update(last_used_at=now)
        insert(ledger_entry(successor, session=session, now=now))
    return Spent(session.user_id, session.user.is_pending)


def ledger_entry(token: RefreshToken, *, session: Session, now: dt.datetime) -> OutstandingToken:
    """The ledger's row for a new token of the session, to be stored."""
    return OutstandingToken(
        user_id=session.user_id,
        jti=token.digest,
        token="",  # SimpleJWT would keep the raw token here
        created_at=now,
        expires_at=min(now + settings.REFRESH_TOKEN_LIFETIME, session.expires_at),
    )
