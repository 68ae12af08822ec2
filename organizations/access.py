"""What one user may do in one organization: read once a request, in one query."""

import uuid
from dataclasses import dataclass

from accounts.models import User
from config.exceptions import Forbidden
from organizations.models import Membership
from organizations.models.role import permissions_of
from organizations.permissions import Permission


class NotAMember(Forbidden):
    """Said of an unknown organization too, so that nobody can probe for one."""

    error = "not a member of this organization"
    code = "not_a_member"


@dataclass(frozen=True, slots=True)
class Access:
    """A member's standing, effective at the moment it was read."""

    organization_id: uuid.UUID
    user: User
    role_ids: frozenset[uuid.UUID]
    permissions: frozenset[Permission]
    is_owner: bool

    def require(self, *needed: Permission) -> None:
        """Raises Forbidden unless all of them are held."""
        if not self.permissions.issuperset(needed):
            raise Forbidden


def find_access(*, user: User, organization_id: uuid.UUID) -> Access | None:
    """The user's access, or None for somebody who is no member."""
    rows = list(
        Membership.objects.filter(user=user, organization_id=organization_id).values_list(
            "roles__pk", "roles__is_system", "roles__permissions"
        )
    )
    if not rows:
        return None
    # A member without roles is one row of nulls.
    held = [row for row in rows if row[0] is not None]  # type: ignore[redundant-expr]
    granted = [permissions_of(is_system=is_system, codes=codes) for _, is_system, codes in held]
    return Access(
        organization_id=organization_id,
        user=user,
        role_ids=frozenset(role_id for role_id, _, _ in held),
        permissions=frozenset[Permission]().union(*granted),
        is_owner=any(is_system for _, is_system, _ in held),
    )
