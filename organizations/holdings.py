"""What one user holds, role by role: for those who ask why they may do something."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from accounts.models import User
from organizations.access import Access, make_access
from organizations.models.role import permissions_of
from organizations.permissions import Permission
from organizations.queries import named_roles_of


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role that somebody holds."""

    id: uuid.UUID
    name: str
    is_system: bool
    codes: list[str]

    @property
    def granted(self) -> frozenset[Permission]:
        return permissions_of(is_system=self.is_system, codes=self.codes)


@dataclass(frozen=True, slots=True)
class HeldPermission:
    """A permission, and the roles that it comes from."""

    code: Permission
    roles: list[HeldRole]


@dataclass(frozen=True, slots=True)
class Holdings:
    """An organization that somebody is a member of, and their roles in it, Owner first."""

    id: uuid.UUID
    slug: str
    name: str
    roles: list[HeldRole]

    def access_of(self, user: User) -> Access:
        """What `find_access` finds, from the same rows as the names."""
        held = [(role.is_system, role.codes) for role in self.roles]
        return make_access(user=user, organization_id=self.id, held=held)

    def holders_of(self, permission: Permission) -> list[HeldRole]:
        """The roles that the permission comes from."""
        return [role for role in self.roles if permission in role.granted]

    @property
    def permissions(self) -> list[HeldPermission]:
        """By code."""
        granted = [(role, role.granted) for role in self.roles]
        held = [
            HeldPermission(code, [role for role, codes in granted if code in codes])
            for code in sorted(Permission)
        ]
        return [permission for permission in held if permission.roles]


def holdings_of(user: User) -> list[Holdings]:
    """The user's organizations, oldest first, in one query."""
    return list(_by_organization(named_roles_of(user_id=user.pk)))


def _by_organization(rows: list[Any]) -> Iterator[Holdings]:
    for (pk, slug, name), group in groupby(rows, key=lambda row: row[:3]):
        roles = [HeldRole(*row[3:]) for row in group if row[3] is not None]
        yield Holdings(pk, slug, name, roles)
