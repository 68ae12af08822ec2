"""Before anything is measured: the variants answer the same."""

import json
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

from tests.benchmarks.calls import Call, targets
from tests.benchmarks.servers import HOST, OURS, Server
from tests.benchmarks.world import World


class Different(Exception):
    """A variant does not do the same work."""


def check_answers(world: World, servers: Mapping[str, Server], calls: Iterable[Call]) -> None:
    """Equal JSON from all but stock, and the same rows in stock's. Raises Different."""
    for call in calls:
        if not call.is_get or OURS not in servers:
            continue
        ours = _answer(world, servers[OURS], call)
        for name in set(call.variants) & servers.keys() - {OURS}:
            theirs = _answer(world, servers[name], call)
            is_same = _ids(theirs) >= _ids(ours) if name == "stock" else theirs == ours
            if not is_same:
                raise Different(f"{call.title}: {name} answers {theirs}, {OURS} {ours}")


def _answer(world: World, server: Server, call: Call) -> Any:
    path, token = targets(world, server.variant, call)[0]
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
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
