"""The calls that a process may die in: each takes one step from one whole state to the next."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from tests.faults.node import Node
from tests.races.client import Answer, Client
from tests.races.office import Office

Call = Callable[[], Answer]
AT_ONCE = 6
INVITES_EACH = 3


@dataclass
class Cast:
    """People to try the calls on."""

    node: Node
    office: Office
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def client(self) -> Client:
        return self.node.client

    def new_email(self) -> str:
        return f"person{next(self._numbers)}@example.com"

    def registered(self) -> list[tuple[str, Answer]]:
        """Some new accounts, which await approval: their addresses and tokens."""
        emails = [self.new_email() for _ in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(zip(emails, pool.map(self.client.register, emails), strict=True))


@dataclass(frozen=True)
class Try:
    """One call, the statuses that its repetition may have, and whose log-in works afterwards."""

    call: Call
    outcomes: frozenset[int]
    email: str


# One caller's tries: each is told what came of the last.
Tries = Generator[Try, Answer, None]


def refreshes(cast: Cast) -> list[Tries]:
    """Repeated: it had not happened (200), or it had (401)."""

    def chain(email: str, token: str) -> Tries:
        while True:
            call = partial(cast.client.refresh, token)
            answer = yield Try(call, frozenset({200, 401}), email)
            token = answer.refresh_token

    return [chain(email, pair.refresh_token) for email, pair in cast.registered()]


def logins(cast: Cast) -> list[Tries]:
    def chain(email: str) -> Tries:
        while True:
            yield Try(partial(cast.client.log_in, email), frozenset({200}), email)

    return [chain(email) for email, _ in cast.registered()]


def registrations(cast: Cast) -> list[Tries]:
    """Repeated: nobody is registered (201), or somebody who can log in (409)."""

    def chain() -> Tries:
        while True:
            email = cast.new_email()
            yield Try(partial(cast.client.register, email), frozenset({201, 409}), email)

    return [chain() for _ in range(AT_ONCE)]


def approvals(cast: Cast) -> list[Tries]:
    """One for each caller: everybody who waits was registered for it."""
    people = cast.registered()
    rows = cast.office.get(f"{cast.office.home}/signup-requests")["signup_requests"]
    ids = {row["email"]: row["id"] for row in rows}

    def chain(email: str) -> Tries:
        call = partial(cast.office.post, f"signup-requests/{ids[email]}/approve")
        yield Try(call, frozenset({204, 409}), email)

    return [chain(email) for email, _ in people]


def acceptances(cast: Cast) -> list[Tries]:
    """The first lets the account in, the others are used up by a member."""

    def chain(email: str, token: str) -> Tries:
        for invite in invites[email]:
            call = partial(cast.client.call, "POST", f"invites/{invite}/accept", token)
            yield Try(call, frozenset({200, 404}), email)

    people = cast.registered()
    invites = {
        email: [cast.office.post("invites").body["token"] for _ in range(INVITES_EACH)]
        for email, _ in people
    }
    return [chain(email, pair.access_token) for email, pair in people]


# What makes one caller's tries each, for several callers.
Kind = Callable[[Cast], list[Tries]]

KINDS: dict[str, Kind] = {
    "refresh": refreshes,
    "login": logins,
    "register": registrations,
    "approve": approvals,
    "accept": acceptances,
}
