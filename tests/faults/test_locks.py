"""A row that somebody holds, and the slots of those who wait for it."""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.environment import IS_LONG
from tests.faults.node import Node, Reply, fresh_node, running_node
from tests.faults.people import OWNER, Owner, failures_of, found
from tests.faults.scale import CALLS_AFTER, on_postgresql
from tests.races.client import race
from tests.races.databases import Database, fresh_database

pytestmark = [pytest.mark.torture, on_postgresql]

LOCK_SECONDS = (4.5, 7.5)  # lock_timeout is 5 s
SERVED_SECONDS = 2.0
WAITERS = 40
CONNECTIONS, AT_ONCE, ROUNDS = 3, 24, 5
ROWS = {
    "session": "SELECT 1 FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id"
    " WHERE u.email = %s FOR UPDATE OF s",
    "user": "SELECT 1 FROM accounts_user WHERE email = %s FOR UPDATE",
}


@contextmanager
def locked(node: Node, row: str) -> Iterator[None]:
    """Hold the owner's row for as long as the block takes."""
    with closing(psycopg.connect(node.database.url)) as connection:
        assert connection.execute(ROWS[row], (OWNER,)).fetchall()
        yield


def refresh(node: Node, token: str) -> Reply:
    return node.api("POST", "auth/refresh", body={"refresh_token": token})


def test_a_locked_session_is_503_after_five_seconds_and_others_are_served(node: Node) -> None:
    """Without a lock timeout it hangs for as long as the lock is held."""
    owner = found(node)
    other = node.client.register("other@example.com")
    with locked(node, "session"):
        replies = race(
            [
                partial(refresh, node, owner.refresh_token),
                partial(refresh, node, other.refresh_token),
                *[partial(node.api, "GET", "me", other.access_token)] * 10,
                *[partial(node.api, "GET", "me", owner.access_token)] * 10,
            ]
        )
    blocked, *served = replies
    print(f"locked session: {blocked.status} after {blocked.seconds:.1f} s")
    assert blocked.is_unavailable
    assert LOCK_SECONDS[0] < blocked.seconds < LOCK_SECONDS[1]
    assert {reply.status for reply in served} == {200}
    assert max(reply.seconds for reply in served) < SERVED_SECONDS
    # Nothing was decided: the token is still good.
    assert refresh(node, owner.refresh_token).status == 200


def test_a_locked_user_is_503_after_five_seconds_and_can_log_in_afterwards(node: Node) -> None:
    found(node)
    with locked(node, "user"):
        answer = node.client.log_in(OWNER)
    assert answer.outcome == "service_unavailable"
    assert node.client.log_in(OWNER).status == 200


@pytest.fixture
def narrow() -> Iterator[tuple[Node, Owner]]:
    """A node with more threads than slots in its pool."""
    with fresh_node(workers=1, threads=2 * WAITERS) as node:
        yield node, found(node)


def test_an_exhausted_pool_is_503_and_recovers(narrow: tuple[Node, Owner]) -> None:
    node, owner = narrow
    with locked(node, "session"):
        waiters = [partial(refresh, node, owner.refresh_token)] * WAITERS
        passers = [partial(node.api, "GET", "me", owner.access_token)] * (WAITERS // 2)
        replies = race([*waiters, *passers])
    statuses = Counter(reply.status for reply in replies)
    print(f"{len(replies)} calls for 16 slots: {dict(statuses)}")
    assert statuses.keys() <= {200, 429, 503}
    assert all(reply.is_unavailable for reply in replies[:WAITERS])
    assert failures_of(node, owner, CALLS_AFTER) == []
    assert refresh(node, owner.refresh_token).status == 200


@pytest.fixture
def scarce() -> Iterator[tuple[Node, Owner]]:
    """A node with eight threads, whose role may have three connections."""
    with (
        fresh_database() as database,
        role_of_few(database) as url,
        running_node(Database(url), workers=1) as node,
    ):
        yield node, found(node)


@contextmanager
def role_of_few(database: Database) -> Iterator[str]:
    """The database's URL for a role of its own."""
    parts, role = urlsplit(database.url), f"few_{secrets.token_hex(4)}"
    password = secrets.token_hex(16)
    with closing(psycopg.connect(database.url, autocommit=True)) as connection:
        limits = f"CONNECTION LIMIT {CONNECTIONS} PASSWORD '{password}'"
        connection.execute(f"CREATE ROLE {role} LOGIN {limits}".encode())
        for kind in ("TABLES", "SEQUENCES"):
            connection.execute(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {role}".encode())
        yield parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}").geturl()
        connection.execute(f"DROP OWNED BY {role}".encode())
        connection.execute(f"DROP ROLE {role}".encode())


def test_where_the_server_takes_no_more_connections_calls_share_those_that_it_took(
    scarce: tuple[Node, Owner],
) -> None:
    """Refused as soon as one more cannot be made, several calls are 503 with others at work."""
    node, owner = scarce
    for _ in range(ROUNDS):
        replies = race([partial(node.api, "GET", "me", owner.access_token)] * AT_ONCE)
        assert {reply.status for reply in replies} == {200}


@pytest.mark.skipif(not IS_LONG, reason="in the long form (HYPERSPEED_TORTURE=1)")
def test_more_waiters_than_threads_are_503_and_everybody_is_served_after_them(node: Node) -> None:
    owner = found(node)
    with locked(node, "session"):
        replies = race([partial(refresh, node, owner.refresh_token)] * WAITERS)
    assert all(reply.is_unavailable for reply in replies)
    assert failures_of(node, owner, CALLS_AFTER) == []
