"""The control for two nodes: the product, with what it asks the database kept in this process.

Each piece is right as long as there is one process, whatever its threads do, and wrong with two.
"""

import datetime as dt
import threading
import time
from collections import Counter
from typing import cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import throttling
from accounts.authentication import AccessTokenAuthentication, bearer_token
from accounts.compiled import insert
from accounts.credentials import Credential
from accounts.models import Session, User
from accounts.services import sessions
from accounts.services.rotation import Spent, ledger_entry
from accounts.throttling import Limit
from accounts.tokens import RefreshToken
from config.exceptions import TooManyRequests
from service_accounts.authentication import ServiceAccountTokenAuthentication

CACHED_SECONDS = 1
Caller = tuple[User, Credential] | None

_lock = threading.Lock()
_tries = Counter[tuple[str, str]]()
_spent = set[str]()
_callers = dict[tuple[str, str], tuple[float, Caller]]()


def count(limit: Limit, subject: str) -> None:
    """A counter that takes its lock, and needs no database."""
    with _lock:
        _tries[limit.name, subject] += 1
        if _tries[limit.name, subject] > limit.maximum:
            raise TooManyRequests(retry_after=1)


def spend(token: RefreshToken, *, successor: RefreshToken, now: dt.datetime) -> Spent | None:
    """Looks at the session without its lock, and at a list of the spent tokens that has one."""
    session = Session.objects.live(now).filter(pk=token.session_id).first()
    with _lock:
        is_unspent = token.digest not in _spent
        _spent.add(token.digest)
    if session is None or not is_unspent:
        return None
    insert(ledger_entry(successor, session=session, now=now))
    return Spent(session.user_id, is_signup_pending=False)


class Cached(BaseAuthentication):
    """Who had a token a moment ago has it still: a query less for each request but the first."""

    def authenticate(self, request: Request) -> Caller:
        key = type(self).__name__, bearer_token(request) or ""
        known_at, caller = _callers.get(key, (0.0, None))
        if time.monotonic() - known_at > CACHED_SECONDS:
            caller = cast("Caller", super().authenticate(request))
            _callers[key] = time.monotonic(), caller
        return caller


class CachedAccessToken(Cached, AccessTokenAuthentication):
    """Used instead of the product's: see the settings."""


class CachedServiceAccountToken(Cached, ServiceAccountTokenAuthentication):
    """The same."""


throttling.count = count
sessions.spend = spend  # type: ignore[attr-defined]  # where it is called
