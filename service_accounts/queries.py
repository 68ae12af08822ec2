"""What every request of a service account asks: see `accounts.compiled`."""

import datetime as dt
import uuid
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.compiled import compiled
from accounts.credentials import ServiceAccountRef
from accounts.models import User
from accounts.queries import make_principal, principal_at
from service_accounts.models import ServiceAccountToken


class UsableToken(NamedTuple):
    """A token that lets somebody in, and who that is."""

    id: uuid.UUID
    hint: str
    last_used_at: dt.datetime | None
    expires_at: dt.datetime | None
    account: ServiceAccountRef
    user: User


def find_usable_token(*, digest: str, now: dt.datetime) -> UsableToken | None:
    """The token, unless it, its account or the backing user was disabled: in one query."""
    row = _usable_token.first(digest=digest, now=now)
    if row is None:
        return None
    token_id, hint, last_used_at, expires_at, account_id, organization_id, *principal = row
    account = ServiceAccountRef(account_id, organization_id)
    user = make_principal(principal)
    return UsableToken(token_id, hint, last_used_at, expires_at, account, user)


@compiled
def _usable_token(*, digest: str, now: dt.datetime) -> QuerySet[ServiceAccountToken, Any]:
    tokens = ServiceAccountToken.objects.usable(now).filter(
        digest=digest, service_account__is_active=True, service_account__user__is_active=True
    )
    account = ("service_account_id", "service_account__organization_id")
    user = principal_at("service_account__user")
    return tokens.values_list("pk", "hint", "last_used_at", "expires_at", *account, *user)
