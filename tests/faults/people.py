"""Somebody with each kind of credential, and what they ask for while things go wrong."""

from dataclasses import dataclass
from functools import partial

from tests.factories import PASSWORD
from tests.faults.node import Node, Reply
from tests.races.client import race

OWNER = "owner@example.com"


@dataclass(frozen=True)
class Owner:
    """The owner of the instance, with a session and a service account."""

    access_token: str
    refresh_token: str
    robot_token: str


def found(node: Node) -> Owner:
    """Set an empty instance up."""
    pair = node.client.register(OWNER)
    assert pair.status == 201
    robot_token = node.server.manage("create_service_account", "Robot").stdout.strip()
    return Owner(pair.access_token, pair.refresh_token, robot_token)


def ask_for_everything(node: Node, owner: Owner) -> dict[str, Reply]:
    """Every kind of call that needs the database; the replies by its name."""
    nobody = "00000000-0000-7000-8000-000000000000"
    credentials = {"email": OWNER, "password": PASSWORD}
    refresh = {"refresh_token": owner.refresh_token}
    rename = {"display_name": "Olivia"}
    api, token = partial(partial, node.api), owner.access_token
    calls = {
        "log in": api("POST", "auth/login", body=credentials),
        "register": api("POST", "auth/register", body={**credentials, "email": "new@example.com"}),
        "refresh": api("POST", "auth/refresh", body=refresh),
        "log out": api("POST", "auth/logout", body=refresh),
        "log out everywhere": api("POST", "auth/logout-all", token),
        "forgot": api("POST", "auth/password/forgot", body={"email": OWNER}),
        "me": api("GET", "me", token),
        "rename": api("PATCH", "me", token, rename),
        "organizations": api("GET", "organizations", token),
        "foreign organization": api("GET", f"organizations/{nobody}", token),
        "unknown invite": api("POST", "invites/unknown/accept", token),
        "robot": api("GET", "me", owner.robot_token),
        "instance": api("GET", "public/instance"),
    }
    return dict(zip(calls, race(list(calls.values())), strict=True))


def failures_of(node: Node, owner: Owner, count: int) -> list[Reply]:
    """The replies that are not good, of `count` calls on all workers, thirty at once."""
    tokens = [owner.access_token, owner.robot_token]
    calls = [partial(node.api, "GET", "me", tokens[number % 2]) for number in range(count)]
    replies = [reply for start in range(0, count, 30) for reply in race(calls[start : start + 30])]
    return [reply for reply in replies if reply.status != 200]
