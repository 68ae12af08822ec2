"""Bearer authentication with a service account token."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.authentication import bearer_token, best_effort, note_seen
from accounts.credentials import Credential, CredentialKind
from accounts.models import User
from accounts.tokens import digest
from config.exceptions import Unauthorized
from service_accounts.models import ServiceAccountToken
from service_accounts.queries import UsableToken, find_usable_token
from service_accounts.tokens import PREFIX, is_well_formed

LAST_USED_INTERVAL = dt.timedelta(minutes=1)


class ServiceAccountTokenAuthentication(BaseAuthentication):
    """Takes bearer tokens that begin with `sa_`; must come before the access tokens."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """The account's backing user, in one query; in none for a wrong checksum.

        Raises Unauthorized for a token that is malformed, unknown, revoked or expired, and for an
        account or user that was disabled.
        """
        raw_token = bearer_token(request)
        if raw_token is None or not raw_token.startswith(PREFIX):
            return None
        if not is_well_formed(raw_token):
            raise Unauthorized(is_presented=True)
        now = timezone.now()
        token = find_usable_token(digest=digest(raw_token), now=now)
        if token is None:
            raise Unauthorized(is_presented=True)
        _note_used(token, now)
        kind, account = CredentialKind.SERVICE_ACCOUNT_TOKEN, token.account
        return token.user, Credential(kind, token.id, token.hint, account, token.expires_at)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _note_used(token: UsableToken, now: dt.datetime) -> None:
    """At most one write a minute: the condition is in the update, for calls that race."""
    stale = now - LAST_USED_INTERVAL
    if token.last_used_at is not None and token.last_used_at > stale:
        return
    never_or_stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale)
    with best_effort("last_used_at"):
        ServiceAccountToken.objects.filter(never_or_stale, pk=token.id).update(last_used_at=now)
    note_seen(token.user, now)
