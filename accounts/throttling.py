"""Limits that hold over all processes: one counter row a key, one atomic statement a try."""

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Self

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import ThrottleCounter
from accounts.rate_limits import Standing, note
from config.exceptions import TooManyRequests

# A count past the limit stays at limit + 1, so refused tries neither count on nor grow the row.
_COUNT = """
INSERT INTO accounts_throttlecounter AS counter (key, count, resets_at)
VALUES (%(key)s, 1, %(resets_at)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN counter.resets_at <= %(now)s THEN 1
                 WHEN counter.count > %(maximum)s THEN counter.count
                 ELSE counter.count + 1 END,
    resets_at = CASE WHEN counter.resets_at <= %(now)s THEN excluded.resets_at
                     ELSE counter.resets_at END
RETURNING count, resets_at
"""

# What a log-in does to its `tries`, together with what it stores.
FORGET = "DELETE FROM accounts_throttlecounter WHERE key = %(tries)s"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `maximum` tries a `window`; the window begins with the first try.

    Callers are told of it under the name of its `policy`. What counts by account has none: an
    answer that tells of it would tell accounts apart.
    """

    name: str
    maximum: int
    window: dt.timedelta
    policy: str = ""


# How long an account knows a network after its last log-in from there: well past the longest
# session, at whose end somebody has to log in again. Kept with the counters, whose keys tell
# neither.
_KNOWN_FOR = dt.timedelta(days=180)
_RENEWED_AFTER = dt.timedelta(days=1)


def auth_requests() -> Limit:
    """Log-ins, registrations and password requests, a network."""
    return Limit("auth", settings.AUTH_RATE_PER_MINUTE, dt.timedelta(minutes=1), "network")


def registrations() -> Limit:
    """New accounts, a network."""
    per_hour = settings.REGISTRATIONS_PER_HOUR
    return Limit("register", per_hour, dt.timedelta(hours=1), "registrations")


def refreshes() -> Limit:
    """Refreshes, a network: ten times the rate of log-ins, as pages refresh in parallel."""
    per_minute = 10 * settings.AUTH_RATE_PER_MINUTE
    return Limit("refresh", per_minute, dt.timedelta(minutes=1), "refreshes")


def password_resets() -> Limit:
    """Mails with a link to a new password, an address."""
    return Limit("reset", 5, dt.timedelta(hours=1))


def invites() -> Limit:
    """Invites, a member."""
    return Limit("invite", 100, dt.timedelta(hours=1), "invites")


def login_failures() -> Limit:
    """Password checks that did not succeed, an account: see LoginTries."""
    return Limit("login", settings.LOGIN_FAILURES_PER_ACCOUNT, dt.timedelta(minutes=10))


class LoginTries:
    """Password checks of an account (its e-mail key) from a network.

    They count against the account, wherever they come from; but from a network that the account has
    logged in from, they count for that network alone. So whoever guesses at a stranger's password
    locks out all strangers, and not the person at home (OWASP ASVS 5.0, 6.1.1).
    """

    def __init__(self, account: str, network: str, known_until: dt.datetime | None) -> None:
        """`known_until` is of the row with the `known_key`, if its time is not over."""
        self._account, self._network, self._known_until = account, network, known_until
        is_known = known_until is not None
        # Under names of their own: an "address" that is typed could read like a pair.
        self._limit = replace(login_failures(), name="login_known" if is_known else "login")
        self._subject = f"{account} {network}" if is_known else account

    @classmethod
    def of(cls, account: str, network: str) -> Self:
        """With a query for what else is known."""
        key, now = known_key(account, network), timezone.now()
        row = ThrottleCounter.objects.filter(key=key, resets_at__gt=now).first()
        return cls(account, network, row.resets_at if row else None)

    @property
    def key(self) -> str:
        """Of the counter, see FORGET."""
        return _key(self._limit.name, self._subject)

    def count(self) -> None:
        """Count one check, before its hash is computed. Raises TooManyRequests."""
        count(self._limit, self._subject)

    def succeed(self) -> None:
        """Start over, and know the network from now on."""
        self.forget()
        self.know_network()

    def forget(self) -> None:
        """Start over."""
        ThrottleCounter.objects.filter(key=self.key).delete()

    def know_network(self) -> None:
        """From now on, with at most one write a day."""
        renewal = timezone.now() + _KNOWN_FOR - _RENEWED_AFTER
        if self._known_until is None or self._known_until < renewal:
            know_network(self._account, self._network)


def know_network(account: str, network: str) -> None:
    """From now on count what comes from there for this account by itself."""
    expires_at = timezone.now() + _KNOWN_FOR
    row = ThrottleCounter(key=known_key(account, network), count=1, resets_at=expires_at)
    ThrottleCounter.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["resets_at"]
    )


def known_key(account: str, network: str) -> str:
    """Of the counter row that tells until when an account knows a network."""
    return _key("known", f"{account} {network}")


def count(limit: Limit, subject: str) -> None:
    """Count one try of `subject`, before the work that it asks for.

    Call it outside transactions: a rollback would forget the try. What the statement returns is
    noted for the answer. Raises TooManyRequests.
    """
    now = timezone.now()
    adapt = connection.ops.adapt_datetimefield_value
    values = {
        "key": _key(limit.name, subject),
        "now": adapt(now),
        "resets_at": adapt(now + limit.window),
        "maximum": limit.maximum,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        total, resets_at = cursor.fetchone()
    resets_in = _seconds_until(resets_at, now)
    if limit.policy:
        left = max(0, limit.maximum - total)
        window = int(limit.window.total_seconds())
        note(Standing(limit.policy, limit.maximum, window, left, resets_in))
    if total > limit.maximum:
        raise TooManyRequests(retry_after=resets_in)


def is_over(limit: Limit, subject: str) -> bool:
    """Count one try as `count` does, and tell whether it was one too many."""
    try:
        count(limit, subject)
    except TooManyRequests:
        return True
    return False


def _key(kind: str, subject: str) -> str:
    # Keyed, so that a copy of the table does not tell which addresses were tried.
    digest = salted_hmac("accounts.throttling", subject, algorithm="sha256").hexdigest()
    return f"{kind}:{digest}"


def _seconds_until(moment: dt.datetime | str, now: dt.datetime) -> int:
    # SQLite hands a raw query's times back as text in UTC.
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(1, math.ceil((moment - now).total_seconds()))
