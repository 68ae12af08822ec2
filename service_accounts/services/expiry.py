"""Warning people of tokens that expire."""

import datetime as dt
import shlex
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from accounts import mail
from accounts.models import User
from config.exceptions import Forbidden
from organizations.access import find_access
from organizations.permissions import Permission
from organizations.services.membership import owners_who_can_log_in
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import require_token_grantable
from service_accounts.staff import ISSUE, has_right

WARNING_DAYS = (1, 7, 30)
# It runs once a day, and not to the minute: each warning goes with the run that is nearest to it,
# so that the last one comes half a day before the end, and not after it.
_EARLIER = dt.timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Notice:
    """A token of which people are told now: the warning of `days`, and how much is left."""

    token: ServiceAccountToken
    days: int
    left: dt.timedelta

    @property
    def account(self) -> ServiceAccount:
        return self.token.service_account

    @property
    def left_days(self) -> int:
        """Rounded; 0 in the last half a day."""
        return round(self.left / dt.timedelta(days=1))

    @property
    def command(self) -> str:
        """What replaces the token. Names are what members typed: quoted for a shell."""
        account = self.account
        hint = self.token.hint.rpartition("…")[2]
        options = ["--hint", hint, "--overlap", "24h", "--organization", account.organization.slug]
        return shlex.join(["rotate_service_account_token", *options, "--", account.name])


@dataclass(frozen=True, slots=True)
class Warned:
    """How many mails went out, about how many tokens, and how many could not be sent."""

    mails: int
    tokens: int
    failed: int


def warn_of_expiry() -> Warned:
    """Mail of each token 30, 7 and 1 days before its end to those who can rotate it: owners of the
    organization, and whoever created the account if they still may. One mail a person.

    Each notice is claimed before it is sent, so of any number of runs one sends it. A token of
    which no mail could be sent is given back to the next run. A run that breaks off in between
    takes what it has claimed with it; the next warning of the same token comes.
    """
    notices = [notice for notice in _due(timezone.now()) if _claim(notice)]
    by_person: dict[User, list[Notice]] = defaultdict(list)
    for notice in notices:
        for person in _concerned(notice.account):
            by_person[person].append(notice)
    reached: set[uuid.UUID] = set()
    failed = 0
    for person, told in by_person.items():
        context = {"notices": told, "may_rotate": _may_rotate_in_admin(person)}
        if mail.send_now("tokens_expiring", context, person.email):
            reached |= {notice.token.pk for notice in told}
        else:
            failed += 1
    for notice in notices:
        if notice.token.pk not in reached:
            _give_back(notice)
    return Warned(len(by_person) - failed, len(reached), failed)


def _due(now: dt.datetime) -> Iterator[Notice]:
    """Of each token the next warning, if it is time for it and it was not sent. What nobody sent in
    its time is left out: five days before the end comes the one of seven, and none of thirty."""
    longest = dt.timedelta(days=max(WARNING_DAYS)) + _EARLIER
    tokens = ServiceAccountToken.objects.worth_a_warning(now, longest)
    accounts = ("organization", "user", "created_by")
    related = [f"service_account__{name}" for name in accounts]
    for token in tokens.select_related(*related).order_by("expires_at", "pk"):
        left = (token.expires_at or now) - now
        due = (days for days in WARNING_DAYS if left <= dt.timedelta(days=days) + _EARLIER)
        yield Notice(token, min(due), left)


def _claim(notice: Notice) -> bool:
    """Whether nobody else has, or had, this one to send."""
    earlier = Q(warned_days__isnull=True) | Q(warned_days__gt=notice.days)
    tokens = ServiceAccountToken.objects.filter(earlier, pk=notice.token.pk)
    live = tokens.filter(revoked_at__isnull=True, rotated_at__isnull=True)
    return live.update(warned_days=notice.days) == 1


def _give_back(notice: Notice) -> None:
    claimed = ServiceAccountToken.objects.filter(pk=notice.token.pk, warned_days=notice.days)
    claimed.update(warned_days=notice.token.warned_days)


def _concerned(account: ServiceAccount) -> Sequence[User]:
    people = {
        owner.pk: owner for owner in owners_who_can_log_in(organization_id=account.organization_id)
    }
    creator = account.created_by
    if creator is not None and _can_rotate(creator, account):
        people[creator.pk] = creator
    return list(people.values())


def _may_rotate_in_admin(person: User) -> bool:
    """Whether the page opens to somebody who may rotate the token through the API."""
    return person.may_use_admin and has_right(person, ISSUE)


def _can_rotate(user: User, account: ServiceAccount) -> bool:
    access = find_access(user=user, organization_id=account.organization_id)
    if access is None or not (user.is_active and user.is_human):
        return False
    try:
        access.require(Permission.ORG_MEMBERS_MANAGE)
        require_token_grantable(access=access, account=account)
    except Forbidden:
        return False
    return True
