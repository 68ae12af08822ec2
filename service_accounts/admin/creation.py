"""A new service account: in which organization, with which roles."""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from django.http import HttpRequest

from accounts.admin_base import MAX_CHOICES
from accounts.admin_site import admin_actor
from accounts.models import User
from config.exceptions import Forbidden
from organizations.access import Access
from organizations.models import Organization, Role
from organizations.services.membership import require_grantable
from service_accounts.admin.forms import expiry
from service_accounts.admin.minting import Refusal
from service_accounts.services.account import create_service_account
from service_accounts.services.token import IssuedToken
from service_accounts.staff import ISSUE, reach_of


def homes_of(user: object) -> list[Organization]:
    """The organizations that a staff member belongs to and may add to, the first 50 by name."""
    if not isinstance(user, User):
        return []
    homes = Organization.objects.filter(memberships__user=user).order_by("name")
    return list(reach_of(user, ISSUE).narrow(homes, "pk")[:MAX_CHOICES])


def chosen(request: HttpRequest, homes: Collection[Organization]) -> Organization | None:
    """The one that the address names; without a choice, the only one."""
    if len(homes) == 1:
        return next(iter(homes))
    named = request.GET.get("organization")
    return next((home for home in homes if str(home.pk) == named), None)


def require_home(home: Organization | None) -> Organization:
    """Raises Refusal where there is none."""
    if home is None:
        raise Refusal(
            "There is no organization that you could add it to",
            "A service account is made in an organization by one of its members, who gives it no"
            " more than they may do themselves. Ask an owner of the organization to make it, or to"
            " invite you; or ask whoever operates the server.",
        )
    return home


def list_grantable(access: Access) -> list[Role]:
    """The roles that a staff member may give to a service account, the first fifty by name."""
    roles = Role.objects.filter(organization_id=access.organization_id, is_system=False)
    grantable = (role for role in roles.order_by("name_key") if _may_grant(access, role))
    return list(islice(grantable, MAX_CHOICES))


def create(
    request: HttpRequest, home: Organization, offered: Iterable[Role], said: dict[str, Any]
) -> IssuedToken:
    """The account that a form describes; the form lets nothing pass but roles that it offered."""
    actor = admin_actor(request)
    return create_service_account(
        organization=home,
        name=said["name"],
        roles=[role for role in offered if str(role.pk) in said["roles"]],
        created_by=actor.user,
        expires_at=expiry(said),
        by=actor,
        token_id=said["once"],
    )


def _may_grant(access: Access, role: Role) -> bool:
    try:
        require_grantable(access=access, roles=[role])
    except Forbidden:
        return False
    return True
