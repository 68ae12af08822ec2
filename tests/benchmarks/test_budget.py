"""What a call may ask of the database and of the interpreter: counted, so that no clock decides.

The counts are those of a warm process, in which what is found out once has been found out.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median_low
from types import FrameType
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from config.wsgi import application
from organizations.models import Organization
from organizations.permissions import Permission
from tests.benchmarks.wire import Counter, counted
from tests.conftest import API, Actor, log_in, make_bot
from tests.factories import PASSWORD, SpaceFactory, UserFactory, add_member, make_role
from tests.faults.scale import on_postgresql
from tests.races.client import Client
from tests.races.databases import fresh_database
from tests.server import serve

WARM, COUNTED = 40, 10  # several connections prepare their statements
# Measured with Python 3.11: up to 533 and 439.
MOST_FUNCTIONS = {"sqlite": 560, "postgresql": 460}
Call = Callable[[], object]


@pytest.fixture(autouse=True)
def kept_connection() -> Iterator[None]:
    """The one that the test is rolled back on: a request would hand it back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def person(organization: Organization) -> Actor:
    """A member who may see spaces, of which there are fifty."""
    SpaceFactory.create_batch(50, organization=organization)
    user = UserFactory.create()
    add_member(organization, user, make_role(organization, Permission.BOARD_READ))
    return log_in(user)


@pytest.fixture
def robot(organization: Organization) -> Actor:
    return make_bot(organization, Permission.BOARD_READ)


def get(actor: Actor, path: str) -> Call:
    return partial(ask, "GET", path, actor)


def ask(method: str, path: str, actor: Actor | None = None, body: object = None) -> Any:
    """A request as the server hands it over, without a test client around it."""
    headers = {"authorization": f"Bearer {actor.token}"} if actor else {}
    content = json.dumps(body) if body is not None else ""
    kind = "application/json" if body is not None else ""
    request = RequestFactory(headers=headers).generic(method, f"{API}{path}", content, kind)
    seen: list[str] = []
    start: Any = lambda status, _: seen.append(status)  # noqa: E731
    answer = application(request.environ, start)
    assert seen[0].startswith("2"), seen
    return json.loads(b"".join(answer))


def statements(call: Call) -> int:
    for _ in range(2):
        call()
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def functions(call: Call) -> int:
    """How many Python functions the call enters."""
    entered = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal entered
        entered += event == "call"

    for _ in range(WARM):
        call()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return entered


def test_reads_take_a_query_for_the_caller_and_one_or_two_for_the_rest(
    organization: Organization, person: Actor, robot: Actor
) -> None:
    home = f"/organizations/{organization.pk}"
    found = {
        "organizations": statements(get(person, "/organizations")),
        "organizations of a robot": statements(get(robot, "/organizations")),
        "spaces": statements(get(person, f"{home}/spaces")),
        "access summary": statements(get(person, f"{home}/spaces/access-summary")),
        "me": statements(get(person, "/me")),
    }
    assert found == {
        "organizations": 2,
        "organizations of a robot": 2,
        "spaces": 3,
        "access summary": 3,
        "me": 2,
    }


def test_reads_build_no_sql_and_copy_no_serializer(
    organization: Organization, person: Actor, robot: Actor
) -> None:
    """To build one statement enters more functions than may be left over here; on PostgreSQL, to
    ask by way of a cursor twice."""
    entered = [
        functions(get(person, "/organizations")),
        functions(get(robot, "/organizations")),
        functions(get(person, "/me")),
    ]
    assert max(entered) < MOST_FUNCTIONS[connection.vendor], entered


class Chain:
    """Refreshes, each with the token that the one before it gave."""

    def __init__(self, client: Client, refresh_token: str) -> None:
        self._client, self._token = client, refresh_token

    def __call__(self) -> None:
        self._token = self._client.refresh(self._token).refresh_token


@pytest.fixture(scope="module")
def counting_server() -> Iterator[tuple[Client, Counter]]:
    """One worker whose every message to PostgreSQL is counted."""
    with (
        fresh_database() as database,
        counted(database.url) as (url, counter),
        serve(url, AUTH_RATE_PER_MINUTE="1000") as server,
    ):
        yield Client(server.url.removeprefix("http://")), counter


@on_postgresql
@pytest.mark.race
def test_a_log_in_takes_four_round_trips_a_refresh_two_and_reads_two_or_three(
    counting_server: tuple[Client, Counter],
) -> None:
    client, counter = counting_server
    owner = client.register("owner@example.com")
    home = client.call("GET", "organizations", owner.access_token).body["organizations"][0]["id"]
    read = partial(client.call, "GET", access_token=owner.access_token)
    calls: dict[str, Call] = {
        "log-in": partial(client.log_in, "owner@example.com", PASSWORD),
        "refresh": Chain(client, owner.refresh_token),
        "organizations": partial(read, "organizations"),
        "spaces": partial(read, f"organizations/{home}/spaces"),
        "access summary": partial(read, f"organizations/{home}/spaces/access-summary"),
        "me": partial(read, "me"),
    }
    assert {name: round_trips(call, counter) for name, call in calls.items()} == {
        "log-in": 4,
        "refresh": 2,
        "organizations": 2,
        "spaces": 3,
        "access summary": 3,
        "me": 2,
    }


def round_trips(call: Call, counter: Counter) -> int:
    """Of most calls, once the statements are prepared and the connection is trusted: a log-in now
    and then looks for old hashes, and a slow machine loses that trust."""
    for _ in range(WARM):
        call()
    return median_low(round_trips_of_one(call, counter) for _ in range(COUNTED))


def round_trips_of_one(call: Call, counter: Counter) -> int:
    before = counter.total
    call()
    return (counter.total - before).round_trips
