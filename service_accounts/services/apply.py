"""Making the service accounts of an organization what a file declares."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actor import Actor
from config.exceptions import DomainError
from organizations.access import find_access
from organizations.models import Organization, Role
from organizations.services.membership import (
    MemberNotFound,
    add_member,
    find_oldest_owner,
    keep_roles,
    set_member_roles,
)
from service_accounts.declaration import Declaration
from service_accounts.models import ServiceAccount
from service_accounts.services.account import (
    ProviderSettings,
    ServiceAccountNameTaken,
    change_service_account,
    create_service_account,
)
from service_accounts.services.differences import Change, Creation, Step, find_steps
from service_accounts.services.token import IssuedToken

_TRIES = 5


class Applied(NamedTuple):
    """What differed, and the tokens of the accounts that were created."""

    steps: Sequence[Step]
    issued: Sequence[IssuedToken]


class NobodyOwnsIt(DomainError):
    """A command changes roles in the name of an owner. Said on a command line alone, so it has no
    code of its own."""

    error = "the organization has no owner"


def apply_declaration(
    *,
    organization: Organization,
    declaration: Declaration,
    is_pruning: bool,
    is_dry: bool,
    deliver: Callable[[Applied], None],
    by: Actor,
) -> Applied:
    """Make the accounts what the file says, all or nothing; returns what differed.

    `deliver` gets it, too, before the commit, and what that raises undoes all: the database holds
    no token that nobody has. With `is_dry` everything is tried and undone, and nothing delivered.
    Any number of these may run at once: each after the first waits, looks again and finds nothing
    to do.

    Raises UnknownRole, ServiceAccountsCannotBeOwners, OpenrouterModelMissing, ManagedByAnother or
    NobodyOwnsIt.
    """

    def find() -> list[Step]:
        return find_steps(organization=organization, declaration=declaration, is_pruning=is_pruning)

    def take() -> Applied:
        with transaction.atomic():
            _lock(organization)
            steps = find()
            taken = [_take(step, organization, declaration.managed_by, by) for step in steps]
            if is_dry:
                transaction.set_rollback(True)
                return Applied(steps, ())
            applied = Applied(steps, [issued for issued in taken if issued is not None])
            if steps:
                deliver(applied)
        return applied

    if not find():
        return Applied((), ())  # a file that holds already takes no lock
    for _ in range(_TRIES - 1):
        # Made, or removed, through another door in this moment: then the steps are others.
        with suppress(ServiceAccountNameTaken, MemberNotFound):
            return take()
    return take()


def _lock(organization: Organization) -> None:
    """Take the organization's row lock (SQLite: everybody's): these run one after the other.

    Its accounts stay as well, and its roles. Taken one by one on the way, they waited in a circle
    for whoever deletes one of them.
    """
    Organization.objects.filter(pk=organization.pk).update(name=F("name"))
    accounts = ServiceAccount.objects.filter(organization=organization).order_by("pk")
    list(accounts.select_for_update(no_key=True).values_list("pk"))
    keep_roles(organization=organization)


def _take(step: Step, organization: Organization, managed_by: str, by: Actor) -> IssuedToken | None:
    """Take one step; the token of an account that was created."""
    if isinstance(step, Creation):
        return _create(step, organization, managed_by, by)
    _change(step, by)
    return None


def _create(step: Creation, organization: Organization, managed_by: str, by: Actor) -> IssuedToken:
    declared = step.declared
    settings: dict[str, Any] = dict(declared.settings)
    is_active = settings.pop("is_active", True)
    expires_in = declared.expires_in
    issued = create_service_account(
        organization=organization,
        name=declared.name,
        roles=step.roles,
        created_by=find_oldest_owner(organization=organization),
        settings=ProviderSettings.of(**settings),
        expires_at=timezone.now() + expires_in if expires_in else None,
        managed_by=managed_by,
        by=by,
    )
    if not is_active:
        account = issued.token.service_account
        change_service_account(account=account, changed={"is_active": False}, by=by)
    return issued


def _change(step: Change, by: Actor) -> None:
    change_service_account(account=step.account, changed=dict(step.after), by=by)
    if step.roles is not None:
        _set_roles(step.account, step.roles, by)


def _set_roles(account: ServiceAccount, roles: Sequence[Role], by: Actor) -> None:
    owner = find_oldest_owner(organization=account.organization)
    access = owner and find_access(user=owner, organization_id=account.organization_id)
    if not access:
        raise NobodyOwnsIt
    add_member(organization_id=account.organization_id, user=account.user, by=by)
    set_member_roles(
        access=access, user_id=account.user_id, role_ids=[role.pk for role in roles], by=by
    )
