"""Spaces, and who may enter them."""

import uuid
from collections.abc import Collection

from django.db import transaction

from accounts.actor import Actor
from accounts.audit import Action, Details, changes, record
from config.exceptions import Forbidden, NotFound
from organizations.access import Access
from organizations.models import Space, SpaceRole
from organizations.services.membership import get_roles


class SpaceNotFound(NotFound):
    error = "space not found"
    code = "space_not_found"


class NoAccessToSpace(Forbidden):
    error = "no access to this space"
    code = "no_access_to_space"

    def __init__(self, space: Space) -> None:
        super().__init__()
        self.space = space


def get_space(*, access: Access, space_id: uuid.UUID, is_locking: bool = False) -> Space:
    """A space of the organization; with `is_locking`, it stays until the transaction ends. Raises
    SpaceNotFound."""
    rows = Space.objects.filter(organization_id=access.organization_id, pk=space_id)
    space = (rows.select_for_update() if is_locking else rows).first()
    if space is None:
        raise SpaceNotFound
    return space


def enter_space(*, access: Access, space_id: uuid.UUID) -> Space:
    """A space that the member may enter. Raises SpaceNotFound or NoAccessToSpace."""
    space = Space.objects.accessible_to(access).filter(pk=space_id).first()
    if space is None:
        raise NoAccessToSpace(get_space(access=access, space_id=space_id))
    return space


def create_space(*, access: Access, name: str, description: str, by: Actor) -> Space:
    """A new space; whoever creates it always has access."""
    with transaction.atomic():
        space = Space.objects.create(
            organization_id=access.organization_id,
            name=name,
            description=description,
            created_by=access.user,
        )
        _record(Action.SPACE_CREATED, space, by, after={"name": name})
    return space


def change_space(
    *, access: Access, space_id: uuid.UUID, name: str | None, description: str | None, by: Actor
) -> Space:
    """Change what is given (None leaves). Raises SpaceNotFound."""
    with transaction.atomic():
        space = get_space(access=access, space_id=space_id, is_locking=True)
        was, now = changes({"name": space.name}, {"name": name or space.name})
        is_described_anew = description not in {None, space.description}
        space.name = name or space.name
        space.description = space.description if description is None else description
        if now or is_described_anew:
            space.save(update_fields=["name", "description"])
            _record(Action.SPACE_CHANGED, space, by, before=was, after=now)
    return space


def delete_space(*, access: Access, space_id: uuid.UUID, by: Actor) -> None:
    """Raises SpaceNotFound."""
    with transaction.atomic():
        space = get_space(access=access, space_id=space_id, is_locking=True)
        _record(Action.SPACE_DELETED, space, by, before={"name": space.name})
        space.delete()


def set_allowed_roles(
    *, access: Access, space_id: uuid.UUID, role_ids: Collection[uuid.UUID], by: Actor
) -> Space:
    """Let holders of these roles in and nobody else; an empty list opens the space again.

    Raises UnknownRole or SpaceNotFound.
    """
    with transaction.atomic():
        roles = get_roles(
            organization_id=access.organization_id, role_ids=role_ids, is_locking=True
        )
        space = get_space(access=access, space_id=space_id, is_locking=True)
        before, was_closed = space.allowed_role_ids, space.has_allow_list
        SpaceRole.objects.filter(space=space).delete()
        SpaceRole.objects.bulk_create(
            [SpaceRole(space=space, role=role) for role in roles], ignore_conflicts=True
        )
        space.has_allow_list = bool(roles)
        space.save(update_fields=["has_allow_list"])
        after = sorted(str(role.pk) for role in roles)
        told = {"before": {"role_ids": before}, "after": {"role_ids": after}}
        if before != after or was_closed != space.has_allow_list:
            _record(Action.SPACE_ACCESS_CHANGED, space, by, **told)
    return space


def _record(action: Action, space: Space, by: Actor, **told: Details) -> None:
    record(action, by=by, target=space, organization_id=space.organization_id, **told)
