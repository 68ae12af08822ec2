"""What staff may do in the admin about service accounts and their tokens, and where.

The rights that a superuser gives one by one, such as to change tokens, hold for all organizations.
MANAGE_OWN stands for all of them at once, in the organizations whose members somebody may manage,
which is what the API asks for. That is looked up for every page: no right here outlives a role.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from organizations.holdings import holdings_of
from organizations.permissions import Permission

MANAGE_OWN = "service_accounts.manage_own_serviceaccount"
CHANGE_ACCOUNTS = "service_accounts.change_serviceaccount"
CHANGE_TOKENS = "service_accounts.change_serviceaccounttoken"
ISSUE = "service_accounts.issue_serviceaccounttoken"
VIEW_ACCOUNTS = ("service_accounts.view_serviceaccount", CHANGE_ACCOUNTS)
VIEW_TOKENS = ("service_accounts.view_serviceaccounttoken", CHANGE_TOKENS)


@dataclass(frozen=True, slots=True)
class Reach:
    """The organizations in which somebody may do something; None means all."""

    organizations: Collection[uuid.UUID] | None

    def __contains__(self, organization_id: uuid.UUID) -> bool:
        return self.organizations is None or organization_id in self.organizations

    def narrow(self, rows: QuerySet[Any], home: str) -> QuerySet[Any]:
        """Those of `rows` within it; `home` is the way from a row to its organization."""
        if self.organizations is None:
            return rows
        return rows.filter(**{f"{home}__in": self.organizations})


def has_right(user: User | AnonymousUser, *rights: str) -> bool:
    """Whether the user has one of these rights anywhere at all."""
    return any(map(user.has_perm, (*rights, MANAGE_OWN)))


def reach_of(user: User | AnonymousUser, *rights: str) -> Reach:
    """Where the user has one of these rights."""
    if any(map(user.has_perm, rights)):
        return Reach(None)
    if not (isinstance(user, User) and user.has_perm(MANAGE_OWN)):
        return Reach(())
    needed = Permission.ORG_MEMBERS_MANAGE
    return Reach([home.id for home in holdings_of(user) if home.holders_of(needed)])
