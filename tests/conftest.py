"""The cast: owner, member, outsider, pending, bot; each an `Actor` that calls the API."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.client import ClientHandler

from accounts import log_writer, passwords
from accounts.actor import Actor as Caller
from accounts.actor import Door
from accounts.hashers import Argon2idHasher
from accounts.models import Session, User
from accounts.origin import Origin
from accounts.request_log import writer
from accounts.services.sessions import issue_session
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.services.organization import set_up_instance
from service_accounts.services.account import create_service_account
from tests.factories import (
    SignupRequestFactory,
    UserFactory,
    add_member,
    make_role,
)
from tests.races.databases import copied_for_tests

API = "/api/v1"
JSON = "application/json"
# The test client adds `json()` and more to the responses.
Answer = Any
MAX_ID_LENGTH = 60
HASH_PARAMETERS = {name: getattr(Argon2idHasher, name) for name in ("time_cost", "memory_cost")}
# Of what tests say with `record_property`, by its name.
SUMMARIES = {
    "matrix": "authorization matrix: {1} cells, {2} wrong",
    "acceptance": "acceptance: {0} rows, {1} requests, {2} wrong answers",
}
SETUP = Caller(Door.COMMAND, Origin("203.0.113.1", "pytest"))


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """The parameters cost time and change nothing else; servers and `real_hashes` have them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2idHasher, "memory_cost", 64)
        patch.setattr(Argon2idHasher, "time_cost", 1)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """What pytest-django asks before it makes the database: to migrate takes seconds."""
    with copied_for_tests(connection):
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_log() -> Iterator[None]:
    """Its thread would write between two tests, where nothing catches it; see `whole_log`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_writer, "GATHER_SECONDS", 3600)
        yield


@pytest.fixture(autouse=True)
def whole_log() -> Iterator[None]:
    """What a test leaves in the log is caught with the rest of its output."""
    yield
    writer.flush()


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in HASH_PARAMETERS.items():
        monkeypatch.setattr(Argon2idHasher, name, value)
    passwords._dummy_hash.cache_clear()
    yield
    passwords._dummy_hash.cache_clear()


@cache
def _handler(*, checks_csrf: bool) -> ClientHandler:
    """One for all: a handler of its own would look through all static files at its first call."""
    return ClientHandler(enforce_csrf_checks=checks_csrf)


def make_client(address: str = "127.0.0.1", *, checks_csrf: bool = False) -> Client:
    """A browser or a program of its own, which gets an answer for every error."""
    client = Client(raise_request_exception=False, REMOTE_ADDR=address)
    client.handler = _handler(checks_csrf=checks_csrf)
    return client


@dataclass
class Actor:
    """Somebody who calls the API with a bearer token (or none)."""

    token: str = ""
    user: Any = None
    refresh_token: str = ""
    client: Client = field(default_factory=make_client)

    def get(self, path: str, **headers: str) -> Answer:
        return self._call("get", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self._call("post", path, body, **headers)

    def patch(self, path: str, body: object = None, **headers: str) -> Answer:
        return self._call("patch", path, body, **headers)

    def send(
        self, method: str, path: str, content: str | bytes = "", kind: str = JSON, **headers: str
    ) -> Answer:
        """Any method with a body of this media type, byte for byte."""
        self._add_credential(headers)
        return self.client.generic(method, API + path, content, kind, headers=headers)

    def _add_credential(self, headers: dict[str, str]) -> None:
        if self.token:
            headers.setdefault("authorization", f"Bearer {self.token}")

    def _call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        self._add_credential(headers)
        send: Callable[..., Answer] = getattr(self.client, method)
        if method == "get":
            return send(API + path, headers=headers)
        if body is None:
            return self.client.generic(method.upper(), API + path, headers=headers, content_type="")
        return send(API + path, body, content_type=JSON, headers=headers)


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, error and code of an answer, which must be in the shape of every refusal."""
    body = answer.json()
    assert body["request_id"] == answer["X-Request-ID"]
    assert body.keys() - {"fields"} == {"error", "code", "request_id"}
    return answer.status_code, body["error"], body["code"]


def caller_at(address: str) -> Actor:
    """Somebody without a credential who calls from this address."""
    return Actor(client=make_client(address))


def log_in(user: User) -> Actor:
    """An actor with a fresh session of the user."""
    with transaction.atomic():
        pair = issue_session(user=user, by=SETUP)
    return Actor(pair.access_token, user, pair.refresh_token)


def make_bot(organization: Organization, *permissions: Permission, name: str = "Bot") -> Actor:
    """An actor with the token of a new service account that holds these permissions."""
    roles = [make_role(organization, *permissions, name=f"{name}'s role")] if permissions else []
    issued = create_service_account(
        organization=organization, name=name, roles=roles, created_by=None, by=SETUP
    )
    return Actor(issued.raw, issued.token.service_account.user)


def session_of(actor: Actor) -> Session:
    """The one session of an actor."""
    return Session.objects.get(user=actor.user)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Tests of oversize input have names of readable length."""
    if isinstance(val, str | bytes) and len(val) > MAX_ID_LENGTH:
        return f"{val[:16]!a} and so on, {len(val)} long"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How large the tables were that were asked row by row, and how much was wrong."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    calls = [report for report in reports if getattr(report, "when", "") == "call"]
    for name, line in SUMMARIES.items():
        counts = [count for report in calls if (count := dict(report.user_properties).get(name))]
        if counts:
            sums = map(sum, zip(*counts, strict=True))
            terminalreporter.write_line(line.format(len(counts), *sums))


@pytest.fixture
def anonymous() -> Actor:
    return Actor()


@pytest.fixture
def organization(db: None) -> Organization:
    """The instance's organization, set up by the owner."""
    owner = UserFactory.create(email="owner@example.com", display_name="Olivia Owner")
    with transaction.atomic():
        return set_up_instance(name="Acme", owner=owner, intended_public_url=None, by=SETUP)


@pytest.fixture
def owner(organization: Organization) -> Actor:
    return log_in(User.objects.get(email="owner@example.com"))


@pytest.fixture
def member(organization: Organization) -> Actor:
    """A member without roles."""
    user = UserFactory.create(email="member@example.com")
    add_member(organization, user)
    return log_in(user)


@pytest.fixture
def outsider(organization: Organization) -> Actor:
    """An approved account that is a member of nothing."""
    return log_in(UserFactory.create(email="outsider@example.com"))


@pytest.fixture
def pending(organization: Organization) -> Actor:
    """An account that awaits approval."""
    request = SignupRequestFactory.create(
        organization=organization, user__email="pending@example.com"
    )
    return log_in(request.user)


@pytest.fixture
def bot(organization: Organization) -> Actor:
    """A service account without roles."""
    return make_bot(organization)


@pytest.fixture(params=["access token", "service account token"])
def reader(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A member who may read and create spaces, with either kind of credential."""
    needed = (Permission.BOARD_READ, Permission.SPACE_CREATE)
    if request.param == "service account token":
        return make_bot(organization, *needed)
    user = UserFactory.create(email="reader@example.com")
    add_member(organization, user, make_role(organization, *needed, name="Reader"))
    return log_in(user)
