"""Rules of spaces: created, closed, entered."""

from hypothesis.stateful import precondition, rule

from organizations.permissions import Permission
from tests.properties.bots import Bots
from tests.properties.model import Space
from tests.properties.team import SOME_ROLES
from tests.properties.world import PICK, WHO, ids_of, pick


class Spaces(Bots):
    """Who enters which space."""

    @rule(who=WHO)
    def create_a_space(self, who: int) -> None:
        by = self.caller(who)
        refused = self.gate(by, Permission.SPACE_CREATE)
        answer = self.send("POST", self.org("/spaces"), by, {"name": "Launch"})
        if self.is_done(answer, 201, refused, *(() if refused else ("space.created",))):
            self.model.spaces.append(Space(answer.json()["id"], by.holder))

    @precondition(lambda self: self.model.spaces)
    @rule(who=WHO, index=PICK, indices=SOME_ROLES)
    def set_the_allow_list(self, who: int, index: int, indices: list[int]) -> None:
        by, space = self.caller(who), pick(self.model.spaces, index)
        roles = self.some_roles(indices)
        refused = self.gate(by, Permission.SPACE_MEMBERS_MANAGE)
        path = self.org(f"/spaces/{space.id}/access")
        answer = self.send("PUT", path, by, {"role_ids": ids_of(roles)})
        was, now = (space.is_closed, space.listed), (bool(roles), set(roles))
        events = ["space.access_changed"] * (refused is None and was != now)
        if self.is_done(answer, 200, refused, *events):
            space.is_closed, space.listed = now

    @precondition(lambda self: self.model.spaces)
    @rule(who=WHO, index=PICK)
    def enter_a_space(self, who: int, index: int) -> None:
        by, space = self.caller(who), pick(self.model.spaces, index)
        refused = self.gate(by, None)
        if refused is None and not space.admits(by.holder):
            refused = (403, "no_access_to_space")
        self.is_done(self.send("GET", self.org(f"/spaces/{space.id}"), by), 200, refused)

    @rule(who=WHO)
    def list_the_spaces(self, who: int) -> None:
        by = self.caller(who)
        refused = self.gate(by, Permission.BOARD_READ)
        answer = self.send("GET", self.org("/spaces"), by)
        if self.is_done(answer, 200, refused):
            entered = {space.id for space in self.model.spaces if space.admits(by.holder)}
            assert {space["id"] for space in answer.json()["spaces"]} == entered
