"""Where the service accounts of an organization differ from what a file declares."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Q

from accounts.audit import Detail, changes
from config.exceptions import DomainError
from organizations.models import Membership, Organization, Role
from organizations.services.membership import get_roles_by_name
from service_accounts.declaration import Declaration, DeclaredAccount
from service_accounts.models import ServiceAccount


class ManagedByAnother(DomainError):
    """Two files that declare one account would undo each other's work for ever. Said on a command
    line alone, so it has no code of its own."""

    error = "the service account is managed by another file"


@dataclass(frozen=True, slots=True)
class Creation:
    """An account that is missing."""

    verb: ClassVar = "create"
    declared: DeclaredAccount
    roles: Sequence[Role]

    @property
    def name(self) -> str:
        return self.declared.name

    def details(self) -> Iterator[str]:
        """What the plan says of it."""
        for role in self.roles:
            yield f"role +{role.name}"
        for name, value in self.declared.settings.items():
            yield f"{name} {_shown(value)}"


@dataclass(frozen=True, slots=True)
class Change:
    """An account that is something else than declared. `roles` None leaves them."""

    verb: str
    name: str  # before the change
    account: ServiceAccount
    before: Mapping[str, Detail]
    after: Mapping[str, str | bool]
    held: Collection[Role] | None = None  # None: it is no member any more
    roles: Sequence[Role] | None = None

    @property
    def is_empty(self) -> bool:
        return not any(self.details())

    def details(self) -> Iterator[str]:
        """What the plan says of it."""
        if self.roles is not None:
            had, has = ({role.name for role in roles or ()} for roles in (self.held, self.roles))
            if self.held is None:
                yield "member again"
            yield from (f"role +{name}" for name in sorted(has - had))
            yield from (f"role -{name}" for name in sorted(had - has))
        for name, value in self.after.items():
            yield f"{name} {_shown(self.before[name])} -> {_shown(value)}"


Step = Creation | Change


def find_steps(
    *, organization: Organization, declaration: Declaration, is_pruning: bool
) -> list[Step]:
    """What differs, in the order of the file. Raises UnknownRole or ManagedByAnother."""
    stored = _stored(organization, declaration)
    held = _roles_held(organization, stored.values())
    roles = _roles(organization, declaration)
    steps: list[Step] = []
    for declared in declaration.accounts:
        account, wanted = stored.pop(declared.key, None), roles[declared.key]
        if account is None:
            steps.append(Creation(declared, wanted or ()))
            continue
        change = _change(account, declared, declaration.managed_by)
        step = Change("change", account.name, account, *change, held.get(account.user_id), wanted)
        if not step.is_empty:
            steps.append(step)
    if is_pruning:
        off = {"is_active": False}
        left = [account for account in stored.values() if account.is_active]
        steps += [
            Change("disable", account.name, account, {"is_active": True}, off) for account in left
        ]
    return steps


def _stored(organization: Organization, declaration: Declaration) -> dict[str, ServiceAccount]:
    """By key: the accounts that the file names, and those that it named once."""
    keys = [account.key for account in declaration.accounts]
    accounts = ServiceAccount.objects.select_related("user", "organization").filter(
        Q(name_key__in=keys) | Q(managed_by=declaration.managed_by), organization=organization
    )
    return {account.name_key: account for account in accounts.order_by("name_key")}


def _roles_held(
    organization: Organization, accounts: Collection[ServiceAccount]
) -> dict[object, list[Role]]:
    """By user; without those who are no members any more."""
    users = [account.user_id for account in accounts]
    memberships = Membership.objects.filter(organization=organization, user__in=users)
    return {
        membership.user_id: list(membership.roles.all())
        for membership in memberships.prefetch_related("roles")
    }


def _roles(organization: Organization, declaration: Declaration) -> dict[str, list[Role] | None]:
    """The roles that each account is to hold, by its key; None where the file does not say."""
    names = {name for account in declaration.accounts for name in account.roles or ()}
    found = get_roles_by_name(organization=organization, names=names)
    return {
        account.key: None
        if account.roles is None
        else [
            role for role in found if role.name_key in {name.casefold() for name in account.roles}
        ]
        for account in declaration.accounts
    }


def _change(
    account: ServiceAccount, declared: DeclaredAccount, managed_by: str
) -> tuple[Mapping[str, Detail], Mapping[str, str | bool]]:
    if account.managed_by not in {"", managed_by}:
        raise ManagedByAnother(error=f"{account.name} is managed by {account.managed_by}")
    wanted = {"name": declared.name, "managed_by": managed_by, **declared.settings}
    before, after = changes({name: getattr(account, name) for name in wanted}, wanted)
    return before, {name: wanted[name] for name in after}


def _shown(value: Detail) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'
