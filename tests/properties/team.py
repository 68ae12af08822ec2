"""Rules of a team: roles, who holds them, who leaves, who is invited."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from organizations.permissions import Permission
from tests.properties.joining import Joining
from tests.properties.logins import EMAILS
from tests.properties.model import Bot, Credential, Invite, Principal, Role
from tests.properties.world import (
    FORBIDDEN,
    MANAGE,
    PICK,
    WHO,
    Refusal,
    ids_of,
    pick,
)

NAMES = ("Helper", "helper ", "Straße", "Owner")
PERMISSIONS = (
    MANAGE,
    Permission.BOARD_READ,
    Permission.SPACE_CREATE,
    Permission.SPACE_MEMBERS_MANAGE,
    Permission.ORG_MANAGE,
)
SOME_PERMISSIONS = st.frozensets(st.sampled_from(PERMISSIONS), max_size=3)
SOME_ROLES = st.lists(PICK, max_size=2)
LAST_OWNER = (409, "last_owner")


class Team(Joining):
    """What those who manage members do, and others try."""

    @rule(who=WHO, name=st.sampled_from(NAMES), granted=SOME_PERMISSIONS)
    def create_a_role(self, who: int, name: str, granted: frozenset[Permission]) -> None:
        by = self.caller(who)
        refused = self.gate(by, MANAGE, people=True)
        if refused is None and not granted <= by.holder.permissions:
            refused = FORBIDDEN
        if refused is None and self.model.is_taken(name, self._names()):
            refused = (409, "role_name_taken")
        body = {"name": name, "permissions": sorted(granted)}
        answer = self.send("POST", self.org("/roles"), by, body)
        if self.is_done(answer, 201, refused, *(() if refused else ("role.created",))):
            role = answer.json()["role"]
            self.model.roles.append(Role(role["id"], role["name"], granted))

    @rule(who=WHO, index=PICK, granted=SOME_PERMISSIONS)
    def change_a_role(self, who: int, index: int, granted: frozenset[Permission]) -> None:
        by, role = self.caller(who), pick(self.model.roles, index)
        refused = self.gate(by, MANAGE, people=True)
        if refused is None and role.is_owner:
            refused = (400, "cannot_modify_system_role_permissions")
        if refused is None and not granted - role.granted <= by.holder.permissions:
            refused = FORBIDDEN
        body = {"permissions": sorted(granted), "set_permissions": False}
        answer = self.send("PATCH", self.org(f"/roles/{role.id}"), by, body)
        is_changed = refused is None and granted != role.granted
        if self.is_done(answer, 200, refused, *["role.changed"] * is_changed):
            role.granted = granted

    @rule(who=WHO, index=PICK, name=st.sampled_from(NAMES))
    def rename_a_role(self, who: int, index: int, name: str) -> None:
        by, role = self.caller(who), pick(self.model.roles, index)
        refused = self.gate(by, MANAGE, people=True)
        is_changed = name.strip() != role.name
        if refused is None and role.is_owner and is_changed:
            refused = (400, "cannot_rename_system_role")
        if refused is None and self.model.is_taken(name, self._names(without=role)):
            refused = (409, "role_name_taken")
        answer = self.send("PATCH", self.org(f"/roles/{role.id}"), by, {"name": name})
        events = ["role.changed"] * (refused is None and is_changed)
        if self.is_done(answer, 200, refused, *events):
            role.name = name.strip()

    @rule(who=WHO, index=PICK)
    def delete_a_role(self, who: int, index: int) -> None:
        by, role = self.caller(who), pick(self.model.roles, index)
        refused = self.gate(by, MANAGE, people=True)
        if refused is None and role.is_owner:
            refused = (400, "cannot_delete_owner_role")
        answer = self.send("DELETE", self.org(f"/roles/{role.id}"), by)
        if self.is_done(answer, 204, refused, *(() if refused else ("role.deleted",))):
            self.model.roles.remove(role)
            for holding in (*(one.roles for one in self.model.principals), *self._allow_lists()):
                holding.discard(role)

    @rule(who=WHO, whom=PICK, indices=SOME_ROLES)
    def set_the_roles_of_a_member(self, who: int, whom: int, indices: list[int]) -> None:
        by, somebody = self.caller(who), pick(self.model.principals, whom)
        roles = self.some_roles(indices)
        refused = self.gate(by, MANAGE, people=True) or self._refusal(by, somebody, roles)
        path = self.org(f"/members/{somebody.user_id}/roles")
        answer = self.send("PUT", path, by, {"role_ids": ids_of(roles)})
        is_changed = refused is None and set(roles) != somebody.roles
        keeps_owner = any(role.is_owner for role in roles)
        events = ["member.roles_changed"] * is_changed
        events += self._rights_lost(somebody) if is_changed and not keeps_owner else []
        if self.is_done(answer, 200, refused, *events):
            somebody.roles = set(roles)
            somebody.is_staff &= somebody.is_owner

    @rule(who=WHO, whom=PICK)
    def remove_a_member(self, who: int, whom: int) -> None:
        by, somebody = self.caller(who), pick(self.model.principals, whom)
        refused = self.gate(by, MANAGE)
        if refused is None and by.holder is somebody:
            refused = (400, "cannot_remove_yourself")
        if refused is None and not somebody.is_member:
            refused = (404, "member_not_found")
        if refused is None and somebody.is_owner:
            refused = self._refusal_of_taking_owner(by, somebody)
        answer = self.send("DELETE", self.org(f"/members/{somebody.user_id}"), by)
        events = ["member.removed", *self._rights_lost(somebody)]
        if self.is_done(answer, 204, refused, *([] if refused else events)):
            somebody.leave()
            somebody.is_staff = False

    def _rights_lost(self, somebody: Principal) -> list[str]:
        """Who owns it no more decides no sign-ups in the admin any more."""
        return ["user.rights_changed"] * (somebody.is_owner and somebody.is_staff)

    @rule(who=WHO, number=st.integers(0, 7))
    def invite_somebody(self, who: int, number: int) -> None:
        by = self.caller(who)
        refused = self.gate(by, MANAGE, people=True)
        email = EMAILS[number] if number < len(EMAILS) else ""
        body = {"email": email} if email else None
        answer = self.send("POST", self.org("/invites"), by, body)
        if self.is_done(answer, 201, refused, *(() if refused else ("invite.created",))):
            told = answer.json()
            invite = Invite(told["invite"]["id"], told["token"], email, by.holder)
            self.model.invites.append(invite)

    @precondition(lambda self: self.model.invites)
    @rule(who=WHO, index=PICK)
    def revoke_an_invite(self, who: int, index: int) -> None:
        by, invite = self.caller(who), pick(self.model.invites, index)
        refused = self.gate(by, MANAGE, people=True)
        if refused is None and not invite.is_open:
            refused = (404, "invite_not_found")
        answer = self.send("DELETE", self.org(f"/invites/{invite.id}"), by)
        if self.is_done(answer, 204, refused, *(() if refused else ("invite.revoked",))):
            invite.is_open = False

    def _refusal(
        self, by: Credential, somebody: Principal, roles: Sequence[Role]
    ) -> Refusal | None:
        added = set(roles) - somebody.roles
        taken = somebody.roles - set(roles)
        if not somebody.is_member:
            return (404, "member_not_found")
        if isinstance(somebody, Bot) and any(role.is_owner for role in added):
            return (400, "service_accounts_cannot_be_owners")
        refused = self.grant(by, added)
        if refused is None and any(role.is_owner for role in taken):
            refused = self._refusal_of_taking_owner(by, somebody)
        return refused

    def _refusal_of_taking_owner(self, by: Credential, somebody: Principal) -> Refusal | None:
        if not by.holder.is_owner:
            return FORBIDDEN
        return LAST_OWNER if self.model.is_last_owner(somebody) else None

    def _names(self, without: Role | None = None) -> list[str]:
        return [role.name for role in self.model.roles if role is not without]

    def _allow_lists(self) -> list[set[Role]]:
        return [space.listed for space in self.model.spaces]
