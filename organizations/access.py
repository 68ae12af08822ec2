"""What one user may do in one organization: read once a request, in one query."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from config.exceptions import Forbidden
from organizations.models.role import permissions_of
from organizations.models.space import KEYS
from organizations.permissions import Permission
from organizations.queries import roles_of_member


class NotAMember(Forbidden):
    """Said of an unknown organization too, so that nobody can probe for one."""

    error = "not a member of this organization"
    code = "not_a_member"


@dataclass(frozen=True, slots=True)
class Access:
    """A member's standing, effective at the moment it was read."""

    organization_id: uuid.UUID
    user: User
    permissions: frozenset[Permission]
    is_owner: bool

    def require(self, *needed: Permission) -> None:
        """Raises Forbidden unless all of them are held."""
        if not self.permissions.issuperset(needed):
            raise Forbidden

    @property
    def enters_all_spaces(self) -> bool:
        return bool(KEYS & self.permissions)

    @property
    def enters_open_spaces(self) -> bool:
        return Permission.BOARD_READ in self.permissions


def find_access(*, user: User, organization_id: uuid.UUID) -> Access | None:
    """The user's access, or None for somebody who is no member."""
    rows = roles_of_member(user_id=user.pk, organization_id=organization_id)
    if not rows:
        return None
    held = [(is_system, codes) for role_id, is_system, codes in rows if role_id is not None]
    return make_access(user=user, organization_id=organization_id, held=held)


def make_access(
    *, user: User, organization_id: uuid.UUID, held: Collection[tuple[bool, list[str]]]
) -> Access:
    """What a member may do who holds these roles, each told by its `is_system` and its codes."""
    granted = [permissions_of(is_system=is_system, codes=codes) for is_system, codes in held]
    return Access(
        organization_id=organization_id,
        user=user,
        permissions=frozenset[Permission]().union(*granted),
        is_owner=any(is_system for is_system, _ in held),
    )
