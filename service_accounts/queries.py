"""What every request of a service account asks: see `accounts.compiled`."""

import datetime as dt

from django.db.models import QuerySet

from accounts.compiled import compiled
from accounts.queries import principal_at
from service_accounts.models import ServiceAccountToken


@compiled
def usable_token(*, digest: str, now: dt.datetime) -> QuerySet[ServiceAccountToken]:
    """The token with its account and backing user, unless one of the three was disabled."""
    tokens = ServiceAccountToken.objects.usable(now).select_related("service_account__user")
    columns = ("hint", "last_used_at", "service_account__organization_id")
    return tokens.only(*columns, *principal_at("service_account__user")).filter(
        digest=digest, service_account__is_active=True, service_account__user__is_active=True
    )
