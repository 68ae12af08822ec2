"""Runs histories on the application and on the model, and compares the two after every step."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from django.db import transaction
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from accounts.models import AuditEvent
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, refusal
from tests.properties.model import Bot, Credential, Login, Model, Role

Item = TypeVar("Item")
Refusal = tuple[int, str]  # status and code

MANAGE = Permission.ORG_MEMBERS_MANAGE
FORBIDDEN = (403, "forbidden")
UNAUTHORIZED = (401, "unauthorized")
NOT_A_MEMBER = (403, "not_a_member")

# An index into whatever there is by then; shrinks to the first.
PICK = st.integers(0, 59)
# A caller: in turn one who may manage members, one who gets in, one who has or had a credential.
WHO = st.integers(0, 89)


def pick(items: Sequence[Item], index: int) -> Item:
    return items[index % len(items)]


class World(RuleBasedStateMachine):
    """What the rules stand on. Each history is a savepoint that is rolled back at its end."""

    tally: ClassVar[Counter[str]] = Counter()
    happened: ClassVar[Counter[str]] = Counter()  # events of the trail, and codes of refusals
    # One for all: a client that is new looks through the static files at its first call.
    _client: ClassVar[Client] = Client(raise_request_exception=False)

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()
        self._trail = self._read_trail()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._savepoint.__exit__(None, None, None)
        self.tally["histories"] += 1

    def send(self, method: str, path: str, by: Credential | None, body: object = None) -> Answer:
        """Call the API; `by` None sends no credential. No answer may be 500 or above."""
        actor = Actor(by.access if by else "", client=self._client)
        call = getattr(actor, method.lower(), None)
        if method in {"GET", "POST", "PATCH"} and call:
            answer = call(path) if method == "GET" else call(path, body)
        else:
            answer = actor.send(method, path, "" if body is None else json.dumps(body))
        self.tally["calls"] += 1
        assert answer.status_code < 500, (method, path, answer.content)
        return answer

    def org(self, path: str = "") -> str:
        return f"/organizations/{self.model.organization_id}{path}"

    def is_done(self, answer: Answer, status: int, refused: Refusal | None, *events: str) -> bool:
        """Whether it was done. It must be what the model says: either `status` and exactly these
        events in the trail, or `refused` (which leaves none, unless it is told in `events`)."""
        if refused is None:
            assert answer.status_code == status, answer.content
        else:
            told, _, code = refusal(answer)
            assert (told, code) == refused
            self.happened[code] += 1
            assert answer["Content-Type"] == "application/json"
        self.expect_events(*events)
        self.tally["changes" if refused is None else "refusals"] += 1
        return refused is None

    def expect_events(self, *events: str) -> None:
        """Exactly these went into the trail since the last step."""
        trail = self._read_trail()
        written = trail - self._trail
        assert written == Counter(events)
        assert not self._trail - trail  # nothing was taken out
        self.happened.update(events)
        self._trail = trail

    def _read_trail(self) -> Counter[str]:
        return Counter(AuditEvent.objects.values_list("action", flat=True))

    def caller(self, index: int) -> Credential:
        credentials = self.model.credentials
        live = [credential for credential in credentials if credential.is_live] or credentials
        managing = [one for one in live if MANAGE in one.holder.permissions] or live
        return pick((managing, live, credentials)[index % 3], index // 3)

    def gate(
        self, by: Credential, needed: Permission | None, *, people: bool = False
    ) -> Refusal | None:
        """What stops the caller before the body is read, in the order of the contract."""
        if not by.is_live:
            return UNAUTHORIZED
        if not by.holder.is_member:
            return NOT_A_MEMBER
        if people and isinstance(by.holder, Bot):
            return FORBIDDEN
        return FORBIDDEN if needed and needed not in by.holder.permissions else None

    def grant(self, by: Credential, roles: Sequence[Role] | set[Role]) -> Refusal | None:
        """Nobody hands out what they do not hold."""
        wanted = frozenset[Permission]().union(*(role.granted for role in roles))
        if not wanted <= by.holder.permissions:
            return FORBIDDEN
        needs_owner = any(role.is_owner for role in roles)
        return FORBIDDEN if needs_owner and not by.holder.is_owner else None

    def some_roles(self, indices: Sequence[int]) -> list[Role]:
        """Roles without repetition, in their order."""
        return list(dict.fromkeys(pick(self.model.roles, index) for index in indices))

    @property
    def logins(self) -> list[Login]:
        return [login for person in self.model.people for login in person.logins]


def ids_of(roles: Sequence[Role]) -> list[str]:
    return [role.id for role in roles]
