"""Custom roles."""

import uuid
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.audit import Action, changes, record
from config.exceptions import Conflict, DomainError, NotFound
from organizations.access import Access
from organizations.models import Role
from organizations.permissions import Permission


class RoleNotFound(NotFound):
    error = "role not found"
    code = "role_not_found"


class RoleNameTaken(Conflict):
    error = "role name taken"
    code = "role_name_taken"


class CannotRenameSystemRole(DomainError):
    error = "cannot rename system role"
    code = "cannot_rename_system_role"


class CannotModifySystemRole(DomainError):
    error = "cannot modify system role permissions"
    code = "cannot_modify_system_role_permissions"


class CannotDeleteOwnerRole(DomainError):
    error = "cannot delete owner role"
    code = "cannot_delete_owner_role"


def create_role(
    *, access: Access, name: str, permissions: Collection[Permission], by: Actor
) -> Role:
    """A new role. Raises Forbidden for a permission that the caller lacks, or RoleNameTaken."""
    access.require(*permissions)
    role = Role(organization_id=access.organization_id, permissions=sorted(set(permissions)))
    role.rename(name)
    with transaction.atomic():
        _store(role)
        record(
            Action.ROLE_CREATED,
            by=by,
            target=role,
            organization_id=access.organization_id,
            after=_told(role),
        )
    return role


def change_role(
    *,
    access: Access,
    role_id: uuid.UUID,
    name: str | None,
    permissions: Collection[Permission] | None,
    by: Actor,
) -> Role:
    """Change what is given (None leaves), effective for all holders at once.

    Raises RoleNotFound, CannotRenameSystemRole, CannotModifySystemRole, Forbidden (a permission
    that the caller lacks would be granted) or RoleNameTaken.
    """
    with transaction.atomic():
        role = _get_locked(access, role_id)
        before = _told(role)
        if name is not None and name != role.name:
            if role.is_system:
                raise CannotRenameSystemRole
            role.rename(name)
        if permissions is not None and set(permissions) != role.granted:
            if role.is_system:
                raise CannotModifySystemRole
            access.require(*(set(permissions) - role.granted))
            role.permissions = sorted(set(permissions))
        was, now = changes(before, _told(role))
        if now:
            role.updated_at = timezone.now()
            _store(role)
            record(
                Action.ROLE_CHANGED,
                by=by,
                target=role,
                organization_id=access.organization_id,
                before=was,
                after=now,
            )
    return role


def delete_role(*, access: Access, role_id: uuid.UUID, by: Actor) -> None:
    """Delete a role; its holders lose it at once. Raises RoleNotFound or CannotDeleteOwnerRole."""
    with transaction.atomic():
        role = _get_locked(access, role_id)
        if role.is_system:
            raise CannotDeleteOwnerRole
        record(
            Action.ROLE_DELETED,
            by=by,
            target=role,
            organization_id=access.organization_id,
            before=_told(role),
        )
        role.delete()


def _get_locked(access: Access, role_id: uuid.UUID) -> Role:
    """The role, with its row lock, so that what is compared is what is changed."""
    roles = Role.objects.filter(organization_id=access.organization_id, pk=role_id)
    role = roles.select_for_update().first()
    if role is None:
        raise RoleNotFound
    return role


def _store(role: Role) -> None:
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise RoleNameTaken from error


def _told(role: Role) -> dict[str, str | list[str]]:
    return {"name": role.name, "permissions": sorted(role.permissions)}
