"""Whether the caller may do something, and why: in words, for people who build on the API.

The answer is that of the functions which the calls themselves ask; only the words are made here.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from config.exceptions import Forbidden
from organizations.access import Access
from organizations.holdings import HeldRole, Holdings, holdings_of
from organizations.models import Space
from organizations.permissions import Permission
from organizations.services.space import NoAccessToSpace, SpaceNotFound, enter_space, get_space

# What these permit counts in all spaces, also in those that their holder may not enter.
ORGANIZATION_WIDE = frozenset(
    {
        Permission.ORG_MANAGE,
        Permission.ORG_MEMBERS_MANAGE,
        Permission.SPACE_CREATE,
        Permission.SPACE_DELETE,
        Permission.SPACE_MEMBERS_MANAGE,
    }
)
PENDING = "your account still awaits approval"
NOT_A_MEMBER = "you are not a member of this organization"
FOR_PEOPLE = (
    " A service account may use it to read roles, invites and sign-up requests, to decide on "
    "sign-up requests and to remove members. Only people create or change service accounts, "
    "tokens, invites and roles, or give roles to members."
)
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed; why, as a clause; and what else there is to know."""

    allowed: bool
    why: str
    more: str = ""

    @property
    def reason(self) -> str:
        """Whole sentences."""
        return f"{'Allowed' if self.allowed else 'Not allowed'}: {self.why}.{self.more}"


def check_permission(
    *,
    user: User,
    permission: Permission,
    organization_id: uuid.UUID,
    space_id: uuid.UUID | None = None,
) -> Verdict:
    """What the user would be told by a call that needs the permission, there or in a space of it.

    To read the board of a space is to enter it: that takes no permission of whoever made the space,
    or holds a role on its allow-list. An unknown organization looks like a foreign one.
    """
    place = next((held for held in holdings_of(user) if held.id == organization_id), None)
    if place is None:
        return Verdict(allowed=False, why=PENDING if user.is_pending else NOT_A_MEMBER)
    access = place.access_of(user)
    if space_id is not None and permission is Permission.BOARD_READ:
        return _enters(place, access, space_id)
    held = _holds(place, access, permission)
    if space_id is None or not held.allowed:
        return held
    if permission in ORGANIZATION_WIDE:
        return _everywhere(held, place, access, space_id)
    entry = _enters(place, access, space_id)
    word = "and" if entry.allowed else "but"
    return Verdict(entry.allowed, f"{held.why}, {word} {entry.why}", entry.more)


def _holds(place: Holdings, access: Access, permission: Permission) -> Verdict:
    try:
        access.require(permission)
    except Forbidden:
        why = _none_of(place, f"holds {permission}")
        return Verdict(allowed=False, why=why, more=_ask(place, "members"))
    is_partial = permission is Permission.ORG_MEMBERS_MANAGE and not access.user.is_human
    why = _held_by(place.holders_of(permission), permission)
    return Verdict(allowed=True, why=why, more=FOR_PEOPLE if is_partial else "")


def _everywhere(held: Verdict, place: Holdings, access: Access, space_id: uuid.UUID) -> Verdict:
    try:
        get_space(access=access, space_id=space_id)
    except SpaceNotFound:
        return _no_such_space(place)
    return Verdict(allowed=True, why=f"{held.why}, which counts in every space", more=held.more)


def _enters(place: Holdings, access: Access, space_id: uuid.UUID) -> Verdict:
    try:
        space = enter_space(access=access, space_id=space_id)
    except SpaceNotFound:
        return _no_such_space(place)
    except NoAccessToSpace as refused:
        return _stays_out(place, refused.space)
    return Verdict(allowed=True, why=_why_in(place, access, space))


def _why_in(place: Holdings, access: Access, space: Space) -> str:
    for key in (Permission.ORG_MANAGE, Permission.SPACE_MEMBERS_MANAGE):
        if key in access.permissions:
            return f"{_held_by(place.holders_of(key), key)}, which opens every space"
    if space.created_by_id == access.user.pk:
        return "you created this space"
    if not space.has_allow_list:
        holders = place.holders_of(Permission.BOARD_READ)
        return f"{_held_by(holders, Permission.BOARD_READ)}, and this space has no allow-list"
    listed = set(space.allowed_role_ids)
    opening = [role for role in place.roles if str(role.id) in listed]
    verb = "is" if len(opening) == 1 else "are"
    return f"{_named(opening)} {verb} on the allow-list of this space"


def _stays_out(place: Holdings, space: Space) -> Verdict:
    if space.has_allow_list:
        # Not which roles are on it: that is for those who manage spaces.
        why = f"this space has an allow-list, and {_none_of(place, 'is on it')}"
        return Verdict(allowed=False, why=why, more=_ask(place, "spaces"))
    why = f"this space is for holders of board.read, and {_none_of(place, 'holds it')}"
    return Verdict(allowed=False, why=why, more=_ask(place, "members"))


def _no_such_space(place: Holdings) -> Verdict:
    return Verdict(allowed=False, why=f"{place.name} has no such space")


def _held_by(roles: Sequence[HeldRole], permission: Permission) -> str:
    return f"{_named(roles)} {'holds' if len(roles) == 1 else 'hold'} {permission}"


def _named(roles: Sequence[HeldRole]) -> str:
    names = _few([f'"{role.name}"' for role in roles])
    return f"the role {names}" if len(roles) == 1 else f"the roles {names}"


def _none_of(place: Holdings, verb: str) -> str:
    if not place.roles:
        return f"you have no role in {place.name}"
    return f"none of your roles ({_few([role.name for role in place.roles])}) {verb}"


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _ask(place: Holdings, what: str) -> str:
    return f" Ask an owner or somebody who manages {what} of {place.name}."
