"""Every call, for everybody, in one's own organization, a foreign one and one that is not there."""

import json
import re
from typing import Any

import pytest
from django.apps import apps

from tests.conftest import Answer
from tests.matrix.calls import CALLS, Call
from tests.matrix.cast import Caller, Cast
from tests.test_architecture import api_routes, handled

pytestmark = pytest.mark.django_db

UNAUTHORIZED = "401 unauthorized"
NOT_A_MEMBER = "403 not a member of this organization"
FORBIDDEN = "403 forbidden"
THROUGH = "let through"
PLACEHOLDERS = {
    "organization_id": "org",
    "account_id": "account",
    "invite_id": "invite",
    "request_id": "request",
    "role_id": "role",
    "session_id": "session",
    "space_id": "space",
    "token": "token",
    "token_id": "sa_token",
    "user_id": "user",
}


def expected(call: Call, caller: Caller, where: str) -> str:
    """What the contract says: 401, then membership, then the permission."""
    if call.who == "public":
        return THROUGH
    if not caller.is_known:
        return UNAUTHORIZED
    if "{org}" in call.path and (where != "own" or not caller.is_member):
        return NOT_A_MEMBER
    is_wrong_kind = call.is_for_people and caller.is_service
    is_too_early = call.who == "active people" and caller.is_pending
    lacks_permission = bool(call.permission) and call.permission not in caller.permissions
    return FORBIDDEN if is_wrong_kind or is_too_early or lacks_permission else THROUGH


def outcome(answer: Answer) -> str:
    """The refusal, or that there was none of the three."""
    assert answer.status_code < 500
    if answer.status_code not in {401, 403}:
        return THROUGH
    said = f"{answer.status_code} {answer.json()['error']}"
    return said if said in {UNAUTHORIZED, NOT_A_MEMBER, FORBIDDEN} else THROUGH


def cells(call: Call, cast: Cast) -> list[tuple[str, str, Caller, str]]:
    """Where, who (by name), who, and the path; one place for calls of no organization."""
    places = cast.targets if "{" in call.path else {"own": cast.targets["own"]}
    return [
        (where, name, caller, call.path.format(**ids))
        for where, ids in places.items()
        for name, caller in cast.callers.items()
    ]


def rows() -> list[list[Any]]:
    """Everything that a call could change; not the marks of when somebody was last seen."""
    models = [
        model
        for label in ("organizations", "service_accounts")
        for model in apps.get_app_config(label).get_models()
    ]
    marks = {"last_used_at"}
    return [
        [
            {k: v for k, v in row.items() if k not in marks}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    ]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_nobody_gets_further_than_the_contract_says(
    cast: Cast, call: Call, record_property: Any
) -> None:
    before, table, wrong = rows(), cells(call, cast), []
    for where, name, caller, path in table:
        answer = caller.actor.send(call.method, path, call.body)
        should, did = expected(call, caller, where), outcome(answer)
        wrong += [f"{name}, {where}: {did}, not {should}"] if did != should else []
    record_property("matrix", [len(table), len(wrong)])
    assert wrong == []
    assert rows() == before


@pytest.mark.parametrize(
    "call", [call for call in CALLS if "{org}" in call.path], ids=lambda call: call.name
)
def test_a_foreign_organization_looks_like_one_that_is_not_there(cast: Cast, call: Call) -> None:
    caller = cast.callers["owner"].actor
    bodies = []
    for where in ("foreign", "random"):
        path = call.path.format(**cast.targets[where])
        answer = caller.send(call.method, path, call.body, **{"x-request-id": "the-same-id"})
        bodies.append((answer.status_code, sorted(answer.headers), answer.content))
    assert bodies[0] == bodies[1]
    assert json.loads(bodies[0][2])["code"] == "not_a_member"


@pytest.mark.parametrize(
    "call", [call for call in CALLS if call.path.count("{") > 1], ids=lambda call: call.name
)
def test_what_is_in_a_foreign_organization_is_not_in_ones_own(cast: Cast, call: Call) -> None:
    body = '{"role_ids": []}' if call.method == "PUT" else call.body
    path = call.path.format(**cast.targets["own"])
    before = rows()
    answer = cast.callers["owner"].actor.send(call.method, path, body)
    assert (answer.status_code, answer.json()["error"][-10:]) == (404, " not found")
    assert rows() == before


def test_every_route_is_in_the_table() -> None:
    served = set()
    for route, view in api_routes():
        template = re.sub(r"<(?:uuid|str):(\w+)>", lambda m: f"{{{PLACEHOLDERS[m[1]]}}}", route)
        served |= {f"{method} /{template.removeprefix('api/v1/')}" for method in handled(view)}
    assert served == {call.name for call in CALLS}


def test_the_table_is_as_large_as_it_should_be(cast: Cast) -> None:
    """19 permissions one by one, and all kinds of people beside."""
    assert len(cast.callers) == 7 + 21 + 2
    assert len(CALLS) == len({call.name for call in CALLS}) == 56
    assert {call.permission for call in CALLS} == {
        "",
        "board.read",
        "org.manage",
        "org.members.manage",
        "space.create",
        "space.delete",
        "space.members.manage",
    }
