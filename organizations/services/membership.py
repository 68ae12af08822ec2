"""Members: joining, leaving, and which roles they hold. At least one owner always remains."""

import uuid
from collections.abc import Collection, Iterable

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.actor import Actor
from accounts.audit import Action, record
from accounts.models import User
from config.exceptions import Conflict, DomainError, Forbidden, NotFound
from organizations.access import Access
from organizations.models import MemberRole, Membership, Organization, Role
from organizations.services.organization import withdraw_owner_staff


class MemberNotFound(NotFound):
    error = "member not found"
    code = "member_not_found"


class CannotRemoveYourself(DomainError):
    error = "cannot remove yourself"
    code = "cannot_remove_yourself"


class UnknownRole(DomainError):
    error = "unknown role"
    code = "unknown_role"


class ServiceAccountsCannotBeOwners(DomainError):
    error = "service accounts cannot be owners"
    code = "service_accounts_cannot_be_owners"


class LastOwner(Conflict):
    """An organization without an owner could not be managed by anybody."""

    error = "last_owner"
    code = "last_owner"


def add_member(*, organization_id: uuid.UUID, user: User, by: Actor) -> Membership:
    """Make the user a member without roles; one who is a member already stays as they are."""
    membership, is_new = Membership.objects.get_or_create(
        organization_id=organization_id, user=user
    )
    if is_new:
        record(Action.MEMBER_ADDED, by=by, target=user, organization_id=organization_id)
    return membership


def remove_member(*, access: Access, user_id: uuid.UUID, by: Actor) -> None:
    """End a membership; what it allowed is refused from the next request on.

    Raises CannotRemoveYourself, MemberNotFound, Forbidden (an owner, by somebody who is none) or
    LastOwner.
    """
    if user_id == access.user.pk:
        raise CannotRemoveYourself
    with transaction.atomic():
        membership = _find_locked(organization_id=access.organization_id, user_id=user_id)
        if membership is None:
            raise MemberNotFound
        if _holds_owner(membership):
            _require_owner(access)
            require_other_owner(organization_id=access.organization_id, user_id=user_id)
            withdraw_owner_staff(
                organization_id=access.organization_id, user=membership.user, by=by
            )
        end_membership(membership=membership, by=by)


def end_membership(*, membership: Membership, by: Actor) -> None:
    """Whoever it belongs to: the caller looks. Call it in the transaction that looked."""
    membership.delete()
    organization_id = membership.organization_id
    record(Action.MEMBER_REMOVED, by=by, target=membership.user, organization_id=organization_id)


def set_member_roles(
    *, access: Access, user_id: uuid.UUID, role_ids: Collection[uuid.UUID], by: Actor
) -> None:
    """Give a member exactly these roles, effective at once.

    Raises UnknownRole, MemberNotFound, ServiceAccountsCannotBeOwners, Forbidden (a permission that
    the caller does not hold, or Owner by somebody who is none) or LastOwner.
    """
    with transaction.atomic():
        membership = _find_locked(organization_id=access.organization_id, user_id=user_id)
        roles = get_roles(
            organization_id=access.organization_id, role_ids=role_ids, is_locking=True
        )
        if membership is None:
            raise MemberNotFound
        held = {role.pk: role for role in membership.roles.all()}
        added = [role for role in roles if role.pk not in held]
        removed = [role for pk, role in held.items() if pk not in {role.pk for role in roles}]
        _check_change(access, membership, added, removed)
        MemberRole.objects.filter(membership=membership, role__in=removed).delete()
        MemberRole.objects.bulk_create(
            [MemberRole(membership=membership, role=role) for role in added], ignore_conflicts=True
        )
        if any(role.is_system for role in removed):
            withdraw_owner_staff(
                organization_id=access.organization_id, user=membership.user, by=by
            )
        if added or removed:
            record(
                Action.MEMBER_ROLES_CHANGED,
                by=by,
                target=membership.user,
                organization_id=access.organization_id,
                before={"role_ids": sorted(map(str, held))},
                after={"role_ids": sorted(str(role.pk) for role in roles)},
            )


def get_membership(*, organization_id: uuid.UUID, user_id: uuid.UUID) -> Membership:
    """Raises MemberNotFound."""
    membership = (
        Membership.objects.select_related("user")
        .filter(organization_id=organization_id, user_id=user_id)
        .first()
    )
    if membership is None:
        raise MemberNotFound
    return membership


def get_roles(
    *, organization_id: uuid.UUID, role_ids: Collection[uuid.UUID], is_locking: bool = False
) -> list[Role]:
    """The organization's roles with these ids; with `is_locking`, they stay until the transaction
    ends. Raises UnknownRole unless all exist."""
    rows = Role.objects.filter(organization_id=organization_id, pk__in=role_ids).order_by("pk")
    roles = list(_keep(rows) if is_locking and role_ids else rows)
    if len(roles) != len(set(role_ids)):
        raise UnknownRole(fields={"role_ids": ["does_not_exist"]})
    return roles


def get_roles_by_name(*, organization: Organization, names: Collection[str]) -> list[Role]:
    """The organization's roles with these names, without regard to case. Raises UnknownRole."""
    typed = {name.strip().casefold(): name.strip() for name in names}
    roles = list(Role.objects.filter(organization=organization, name_key__in=typed))
    if unknown := sorted(typed[key] for key in typed.keys() - {role.name_key for role in roles}):
        raise UnknownRole(error=f"unknown role: {', '.join(unknown)}")
    return roles


def keep_roles(*, organization: Organization) -> None:
    """Whatever roles there are stay until the transaction ends."""
    list(_keep(Role.objects.filter(organization=organization)))


def require_grantable(*, access: Access, roles: Iterable[Role]) -> None:
    """Nobody hands out a permission that they do not hold. Raises Forbidden."""
    for role in roles:
        access.require(*role.granted)
        if role.is_system:
            _require_owner(access)


def require_other_owner(*, organization_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Raises LastOwner unless somebody else owns the organization and can log in.

    Call it in the transaction that takes the ownership away. It locks the Owner role's row, so of
    two concurrent calls the second counts after the first has committed.
    """
    Role.objects.filter(organization_id=organization_id, is_system=True).update(is_system=True)
    others = owners_who_can_log_in(organization_id=organization_id).exclude(pk=user_id)
    if not others.exists():
        raise LastOwner


def owners_who_can_log_in(*, organization_id: uuid.UUID) -> QuerySet[User]:
    """Who holds Owner and is a person, active and approved."""
    return User.objects.filter(
        memberships__member_roles__role__organization_id=organization_id,
        memberships__member_roles__role__is_system=True,
        is_active=True,
        kind=User.Kind.HUMAN,
        signup_status=User.SignupStatus.APPROVED,
    )


def find_oldest_owner(*, organization: Organization) -> User | None:
    """Who has held Owner longest: in whose name a command acts."""
    owners = User.objects.filter(
        memberships__organization=organization, memberships__roles__is_system=True
    )
    return owners.order_by("memberships__created_at", "pk").first()


def _keep(rows: QuerySet[Role]) -> Iterable[Role]:
    """The rows as they are now, which nobody deletes until the transaction ends.

    FOR KEY SHARE, which Django does not offer, is what a foreign key takes: whoever refers to a row
    waits for its deletion, and not for others who refer to it, so their order does not matter.
    """
    if connection.vendor != "postgresql":
        return rows  # SQLite's writers are alone
    sql, params = rows.query.sql_with_params()
    return Role.objects.raw(f"{sql} FOR KEY SHARE", params)


def _find_locked(*, organization_id: uuid.UUID, user_id: uuid.UUID) -> Membership | None:
    """The membership, with its row lock: it is there, with the roles that it holds, until the
    transaction ends. Whoever locks more than one kind takes it before roles and users."""
    memberships = Membership.objects.select_related("user").select_for_update(of=("self",))
    return memberships.filter(organization_id=organization_id, user_id=user_id).first()


def _check_change(
    access: Access, membership: Membership, added: list[Role], removed: list[Role]
) -> None:
    if any(role.is_system for role in added) and not membership.user.is_human:
        raise ServiceAccountsCannotBeOwners
    require_grantable(access=access, roles=added)
    if any(role.is_system for role in removed):
        _require_owner(access)
        require_other_owner(organization_id=access.organization_id, user_id=membership.user_id)


def _holds_owner(membership: Membership) -> bool:
    return membership.roles.filter(is_system=True).exists()


def _require_owner(access: Access) -> None:
    if not access.is_owner:
        raise Forbidden
