"""What the home page of the admin says of tokens."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from accounts.admin_home import MAX_COUNTED, Card, Line, Tone, bounded, describe, home_card
from accounts.admin_words import age
from accounts.models import User
from service_accounts.models import EXPIRES_SOON, ServiceAccount, ServiceAccountToken
from service_accounts.staff import MANAGE_OWN, VIEW_TOKENS, reach_of

LIST = "admin:service_accounts_serviceaccounttoken_changelist"
PAGE = "admin:service_accounts_serviceaccounttoken_change"
VERY_SOON = dt.timedelta(days=7)
MAX_LINES = 3

describe(
    {
        ServiceAccount: "Programs that are members; they get, change and lose tokens here.",
        ServiceAccountToken: "What lets programs in: which works, and until when.",
    }
)


@home_card(*VIEW_TOKENS, MANAGE_OWN, place=30)
def expiring_tokens(user: User) -> Card:
    """Those that the user may see and that stop within 30 days, the ones of the next 7 first."""
    now = timezone.now()
    # By both columns: an index holds them in this order, and is read no further than needed.
    expiring = ServiceAccountToken.objects.expiring(now, EXPIRES_SOON)
    soonest_first = expiring.order_by("revoked_at", "expires_at")
    seen = reach_of(user, *VIEW_TOKENS).narrow(soonest_first, "service_account__organization")
    found = list(seen.select_related("service_account")[: MAX_COUNTED + 1])
    urgent = [token for token in found if token.expires_at and token.expires_at <= now + VERY_SOON]
    says = "No token expires within 30 days."
    if found:
        says = "expires within 30 days" if len(found) == 1 else "expire within 30 days"
        says += f"; {bounded(len(urgent))} of them within 7." if urgent else "."
    return Card(
        title="Service account tokens",
        figure=bounded(len(found)) if found else "",
        says=says,
        links={"See expiring tokens": f"{reverse(LIST)}?state=expiring"},
        lines=[_line(token, now) for token in found[:MAX_LINES]],
        tone=Tone.URGENT if urgent else Tone.WAITING if found else Tone.CALM,
    )


def _line(token: ServiceAccountToken, now: dt.datetime) -> Line:
    left = age(now, token.expires_at) if token.expires_at else ""
    says = f"{token.hint} expires in {left}"
    return Line(token.service_account.name, reverse(PAGE, args=[token.pk]), says)
