"""Before anything is measured: the variants answer the same."""

import json
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

import jwt

from tests.benchmarks.calls import API, Call, targets
from tests.benchmarks.servers import HOST, OURS, Server
from tests.benchmarks.world import World


class Different(Exception):
    """A variant does not do the same work."""


def check_answers(world: World, servers: Mapping[str, Server], calls: Iterable[Call]) -> None:
    """Equal JSON from all but stock, and the same rows in stock's; token pairs with the same keys
    and claims. Raises Different."""
    if OURS not in servers:
        return
    _check_pairs(world, servers)
    for call in calls:
        if not call.is_get:
            continue
        ours = _answer(world, servers[OURS], call)
        for name in set(call.variants) & servers.keys() - {OURS}:
            theirs = _answer(world, servers[name], call)
            is_same = _ids(theirs) >= _ids(ours) if name == "stock" else theirs == ours
            if not is_same:
                raise Different(f"{call.title}: {name} answers {theirs}, {OURS} {ours}")


def _check_pairs(world: World, servers: Mapping[str, Server]) -> None:
    """Of a log-in and of the refresh after it; stock's have other names."""
    typed = {"email": world.rows["emails"][0], "password": world.rows["password"]}
    found = {}
    for name, server in servers.items():
        if not server.variant.is_stock:
            pair = _ask(server, f"{API}/auth/login", typed)
            spent = {"refresh_token": pair["refresh_token"]}
            found[name] = [_shape(pair), _shape(_ask(server, f"{API}/auth/refresh", spent))]
    for name, shapes in found.items():
        if shapes != found[OURS]:
            raise Different(f"{name} answers {shapes}, {OURS} {found[OURS]}")


def _shape(pair: Any) -> tuple[set[str], set[str]]:
    """The keys of a token pair, and the claims of its access token."""
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    return set(pair), set(claims)


def _answer(world: World, server: Server, call: Call) -> Any:
    path, token = targets(world, server.variant, call)[0]
    return _ask(server, path, token=token)


def _ask(server: Server, path: str, body: object = None, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{HOST}:{server.port}{path}", content, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as response:
        return json.loads(response.read())


def _ids(body: Any) -> set[str]:
    """Of all rows in an answer."""
    if isinstance(body, list):
        return set().union(*map(_ids, body))
    if not isinstance(body, dict):
        return set()
    own = {value for name, value in body.items() if name in {"id", "project_id"}}
    return own.union(*map(_ids, body.values()))
