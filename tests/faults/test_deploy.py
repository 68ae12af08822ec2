"""A new process with the old keys on a newer schema, and two nodes whose clocks differ."""

import time
from collections.abc import Iterator

import jwt
import pytest
from django.conf import settings

from tests.faults.node import Node, running_node
from tests.faults.people import Owner, found
from tests.races.databases import fresh_database
from tests.server import migrate

pytestmark = pytest.mark.torture

FAILURES = 3
GUESSED = "guessed@example.com"
LIMIT = {"LOGIN_FAILURES_PER_ACCOUNT": str(FAILURES)}
# Whose migrations depend on whose: the last first.
APPS = ("service_accounts", "organizations", "accounts")
# The address is the issuer of the tokens, so it must not move with the port.
KEYS = {
    "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
    "JWT_SIGNING_KEY": "13579bdf02468ace13579bdf02468ace" * 2,
    "PUBLIC_URL": "http://127.0.0.1:8000",
}
OTHER_KEY = {"JWT_SIGNING_KEY": "eca86420fdb97531eca86420fdb97531" * 2}


def guess(node: Node) -> int:
    return node.client.log_in(GUESSED, "guess").status


@pytest.fixture(scope="module")
def deployed() -> Iterator[tuple[Node, Owner]]:
    """The second of two processes on one database, and what the first gave out."""
    with fresh_database() as database:
        with running_node(database, workers=1, values=KEYS | LIMIT) as node:
            owner = found(node)
            assert [guess(node) for _ in range(FAILURES)] == [401] * FAILURES
        for app in APPS:  # as the first version left it
            assert node.server.manage("migrate", app, "0001", "-v0").returncode == 0
        migrate(database.url)
        with running_node(database, workers=1, values=KEYS | LIMIT) as node:
            yield node, owner


def test_what_was_given_out_before_a_deploy_works_after_it(deployed: tuple[Node, Owner]) -> None:
    node, owner = deployed
    assert node.api("GET", "me", owner.access_token).status == 200
    assert node.api("GET", "me", owner.robot_token).status == 200
    assert node.client.refresh(owner.refresh_token).status == 200


def test_a_restart_forgets_no_wrong_password(deployed: tuple[Node, Owner]) -> None:
    """Counters in memory, or in a cache that is flushed, would begin anew."""
    node, _ = deployed
    assert guess(node) == 429


def test_no_cache_server_is_there_to_fail() -> None:
    backends = {cache["BACKEND"] for cache in settings.CACHES.values()}
    assert backends == {"django.core.cache.backends.locmem.LocMemCache"}


def test_with_another_key_only_what_it_signed_ends(deployed: tuple[Node, Owner]) -> None:
    """The control: a deploy that loses the key is seen."""
    node, owner = deployed
    with running_node(node.database, workers=1, values=KEYS | OTHER_KEY) as other:
        assert other.api("GET", "me", owner.access_token).status == 401
        assert other.api("GET", "me", owner.robot_token).status == 200


@pytest.mark.parametrize(
    ("lived", "shift", "status"),
    [
        (0, 5, 200),  # made by a node that is ahead of us
        (0, 20, 401),
        (900, -5, 200),  # expired for us, not for a node that is behind
        (900, -20, 401),
    ],
)
def test_clocks_may_differ_by_five_seconds(
    deployed: tuple[Node, Owner], lived: int, shift: int, status: int
) -> None:
    node, owner = deployed
    key = KEYS["JWT_SIGNING_KEY"]
    claims = jwt.decode(owner.access_token, options={"verify_signature": False})
    claims["iat"] = int(time.time()) - lived + shift
    claims["exp"] = claims["iat"] + 900
    token = jwt.encode(claims, key, "HS256")
    assert node.api("GET", "me", token).status == status
