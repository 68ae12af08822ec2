"""Bearer authentication with an access token (RFC 6750)."""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, transaction
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.access_tokens import read_access_token
from accounts.credentials import Credential, CredentialKind
from accounts.models import User
from accounts.queries import make_principal, principal_of_session
from config.exceptions import Unauthorized, is_outage

logger = logging.getLogger("hyperspeed.authentication")
LAST_SEEN_INTERVAL = dt.timedelta(minutes=5)


def bearer_token(request: HttpRequest | Request) -> str | None:
    """The token in `Authorization: Bearer <token>`; the scheme in any case. None without one."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip(" ").partition(" ")
    return token.strip(" ") or None if scheme.lower() == "bearer" else None


class AccessTokenAuthentication(BaseAuthentication):
    """Takes every bearer token that an earlier authenticator left."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """The session's user, read together with the session in one query.

        Raises Unauthorized for a token that does not verify, a session that was revoked or has
        expired, and a user who was disabled, denied or deleted.
        """
        raw_token = bearer_token(request)
        if raw_token is None:
            return None
        claims = read_access_token(raw_token)
        if claims is None:
            raise Unauthorized(is_presented=True)
        now = timezone.now()
        row = principal_of_session.first(
            session_id=claims.session_id, user_id=claims.user_id, now=now
        )
        if row is None:
            raise Unauthorized(is_presented=True)
        user = make_principal(row)
        note_seen(user, now)
        return user, Credential(CredentialKind.SESSION, claims.session_id)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def note_seen(user: User, now: dt.datetime) -> None:
    """Keep `last_seen_at` no older than five minutes, with at most one write in that time."""
    if user.last_seen_at is None or user.last_seen_at < now - LAST_SEEN_INTERVAL:
        with best_effort("last_seen_at"):
            User.objects.filter(pk=user.pk).update(last_seen_at=now)


@contextmanager
def best_effort(name: str) -> Iterator[None]:
    """For a note on the side: a database that can only be read still answers what is read.

    In a transaction of its own, or a savepoint: what fails in it breaks nothing around it.
    """
    try:
        with transaction.atomic():
            yield
    except Error as error:
        if not is_outage(error):
            raise
        logger.warning("%s could not be written", name)
