"""What should be true of an organization: a small model of it, without a database."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from organizations.permissions import Permission

KEYS = frozenset({Permission.ORG_MANAGE, Permission.SPACE_MEMBERS_MANAGE})
MAX_ACTIVE_TOKENS = 10
PENDING, APPROVED, DENIED = "pending", "approved", "denied"


@dataclass(eq=False)
class Role:
    """A role; `is_owner` marks the one that holds everything."""

    id: str
    name: str
    granted: frozenset[Permission]
    is_owner: bool = False


@dataclass(eq=False)
class Principal:
    """Somebody who acts, with what they hold."""

    user_id: str
    is_active: bool = True
    is_member: bool = False
    roles: set[Role] = field(default_factory=set)
    # The founder, as long as they own the organization.
    is_staff: bool = field(default=False, kw_only=True)

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset[Permission]().union(*(role.granted for role in self.roles))

    @property
    def is_owner(self) -> bool:
        return any(role.is_owner for role in self.roles)

    def leave(self) -> None:
        self.is_member = False
        self.roles.clear()


@dataclass(eq=False)
class Credential:
    """What a request is sent with."""

    access: str
    holder: Principal

    @property
    def is_live(self) -> bool:
        raise NotImplementedError


@dataclass(eq=False)
class Login(Credential):
    """A session: its current refresh token, and those that were traded in."""

    holder: "Person"
    refresh: str
    spent: list[str] = field(default_factory=list)
    is_ended: bool = False

    @property
    def is_live(self) -> bool:
        return not self.is_ended and self.holder.is_active and self.holder.status != DENIED


@dataclass(eq=False)
class Person(Principal):
    """A human account; `status` is that of the sign-up, `request_id` empty without a request."""

    email: str = ""
    password: str = ""
    status: str = APPROVED
    request_id: str = ""
    logins: list[Login] = field(default_factory=list)

    def end_logins(self, keep: Login | None = None) -> int:
        """How many were open."""
        ended = [login for login in self.logins if not login.is_ended and login is not keep]
        for login in ended:
            login.is_ended = True
        return len(ended)


@dataclass(eq=False)
class Token(Credential):
    """A service account's token."""

    holder: "Bot"
    id: str
    is_revoked: bool = False
    is_expired: bool = False
    is_replaced: bool = False

    @property
    def is_usable(self) -> bool:
        return not (self.is_revoked or self.is_expired)

    @property
    def is_live(self) -> bool:
        bot = self.holder
        return self.is_usable and bot.is_active and bot.is_enabled and not bot.is_deleted


@dataclass(eq=False)
class Bot(Principal):
    """A service account. Its user can be disabled by staff, itself by members."""

    id: str = ""
    name: str = ""
    is_enabled: bool = True
    is_deleted: bool = False
    tokens: list[Token] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return sum(token.is_usable for token in self.tokens) >= MAX_ACTIVE_TOKENS


@dataclass(eq=False)
class Invite:
    """`email` is empty for one that anybody may use."""

    id: str
    raw: str
    email: str
    creator: Principal
    is_open: bool = True

    @property
    def is_usable(self) -> bool:
        may = Permission.ORG_MEMBERS_MANAGE in self.creator.permissions
        return self.is_open and may and self.creator.is_active


@dataclass(eq=False)
class Space:
    """`listed` is the allow-list; a space that is closed by an empty one admits by key alone."""

    id: str
    creator: Principal
    is_closed: bool = False
    listed: set[Role] = field(default_factory=set)

    def admits(self, somebody: Principal) -> bool:
        if somebody.permissions & KEYS or somebody is self.creator:
            return True
        if self.is_closed:
            return bool(self.listed & somebody.roles)
        return Permission.BOARD_READ in somebody.permissions


@dataclass
class Model:
    """Everything there is."""

    organization_id: str = ""
    people: list[Person] = field(default_factory=list)
    bots: list[Bot] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    invites: list[Invite] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)
    are_signups_open: bool = True

    @property
    def credentials(self) -> list[Credential]:
        logins = [login for person in self.people for login in person.logins]
        return [*logins, *(token for bot in self.bots for token in bot.tokens)]

    @property
    def principals(self) -> list[Principal]:
        return [*self.people, *self.present_bots]

    @property
    def present_bots(self) -> list[Bot]:
        return [bot for bot in self.bots if not bot.is_deleted]

    @property
    def members(self) -> list[Principal]:
        return [somebody for somebody in self.principals if somebody.is_member]

    def person(self, email: str) -> Person | None:
        return next((person for person in self.people if person.email == email), None)

    def is_last_owner(self, somebody: Principal) -> bool:
        """Whether nobody else owns the organization and can log in."""
        others = [person for person in self.people if person is not somebody]
        able = [person for person in others if person.is_active and person.status == APPROVED]
        return somebody.is_owner and not any(person.is_owner for person in able)

    def is_taken(self, name: str, names: Iterable[str]) -> bool:
        return name.strip().casefold() in {taken.casefold() for taken in names}
