"""What is called, and which variants have it."""

import json
from dataclasses import dataclass

from tests.benchmarks.load import Chain
from tests.benchmarks.servers import HOST, Server, Variant
from tests.benchmarks.world import World

API = "/api/v1"
_ALL = ("hyperspeed", "stock", "floor", "wsgi")


@dataclass(frozen=True)
class Call:
    """One call of the API. `tokens` names the list of access tokens that it is made with.

    A slow one is measured several times as long, or a few answers would make a figure.
    """

    name: str
    title: str
    path: str
    tokens: str = ""
    variants: tuple[str, ...] = _ALL
    times_as_long: int = 1

    @property
    def is_get(self) -> bool:
        return bool(self.tokens)

    @property
    def is_chain(self) -> bool:
        return self.name == "refresh"


CALLS = {
    call.name: call
    for call in (
        Call("organizations", "GET /organizations, JWT", "/organizations", "load"),
        Call("organizations-sa", "GET /organizations, sa_", "/organizations", "sa"),
        Call("spaces", "GET …/spaces", "/organizations/{organization}/spaces", "load"),
        Call(
            "access-summary",
            "GET …/spaces/access-summary, 50 spaces",
            "/organizations/{large}/spaces/access-summary",
            "large",
        ),
        Call("me", "GET /me", "/me", "load"),
        Call(
            "login",
            "POST /auth/login",
            "/auth/login",
            variants=("hyperspeed", "stock", "stock-ours", "floor", "wsgi"),
            times_as_long=2,
        ),
        Call("refresh", "POST /auth/refresh", "/auth/refresh"),
    )
}


def targets(world: World, variant: Variant, call: Call) -> list[tuple[str, str]]:
    """The paths and tokens of a GET, one for each session that asks."""
    path = API + call.path.format(**world.rows)
    return [(path, token) for token in world.tokens(variant)[call.tokens]]


def get(path: str, token: str) -> bytes:
    """A GET as it goes over the wire."""
    head = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return head.encode()


def log_ins(world: World) -> list[bytes]:
    """One log-in for each member."""
    password = world.rows["password"]
    bodies = [{"email": email, "password": password} for email in world.rows["emails"]]
    path = API + CALLS["login"].path
    return [_head(path) % len(body) + body for body in (json.dumps(b).encode() for b in bodies)]


def chains(server: Server, tokens: list[str]) -> list[Chain]:
    """Refreshes that begin with these tokens."""
    ours, theirs = "refresh_token", "refresh"
    name = theirs if server.variant.is_stock else ours
    return [Chain(_head(API + CALLS["refresh"].path), name, token) for token in tokens]


def _head(path: str) -> bytes:
    """With a place for the body's length."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n"
