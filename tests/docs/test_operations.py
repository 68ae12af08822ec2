"""The call that the OpenAPI document shows for each operation: it runs, and does what it is for."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.curl import add_curl
from tests.acceptance.world import World, product
from tests.docs.guide import Run, read, run
from tests.docs.schema import OPERATIONS, operation_of, problems

APPLICANT = "olivia@acme.example"  # who registers in the examples
# What the variables of the calls stand for in the cast.
VARIABLES = {
    "access_token": "owner",
    "refresh_token": "keeper_refresh",
    "organization_id": "org",
    "user_id": "member_id",
    "role_id": "role",
    "invite_id": "invite",
    "request_id": "request",
    "space_id": "space",
    "account_id": "account",
    "token_id": "sa_token",
    "session_id": "session",
    "token": "invite_token",
}
# Whose call it is where it is not the owner's, and about what.
OTHERS = {
    "changePassword": {"access_token": "applicant"},
    "acceptInvite": {"access_token": "outsider"},
    "logOut": {"refresh_token": "member_refresh"},
    "logOutAll": {"access_token": "helper"},
    "resetPassword": {"token": "reset_token"},
    "revokeInvite": {"invite_id": "open_invite"},
    "denySignup": {"request_id": "applicants_request"},
    "reopenSignup": {"request_id": "denied_request"},
}
FIRST = ["register", "logIn", "forgotPassword"]
LAST = ["resetPassword", "denySignup", "revokeSession"]  # what ends sessions


def rank(row: tuple[str, str, dict[str, Any]]) -> tuple[int, int]:
    """Where a call stands in an order in which each finds what it needs: deletions come late."""
    method, path, operation = row
    name = operation["operationId"]
    if name in FIRST:
        return (0, FIRST.index(name))
    if name in LAST:
        return (3, LAST.index(name))
    return (2, -path.count("/")) if method == "delete" else (1, 0)


IN_ORDER = [operation for _, _, operation in sorted(OPERATIONS, key=rank)]


def script_of(operation: dict[str, Any]) -> str:
    """What its description tells a reader to type."""
    return read(operation.get("description", "")).script


def succeeds_with(operation: dict[str, Any]) -> set[str]:
    return {status for status in operation["responses"] if status < "300"}


@pytest.fixture(scope="module")
def world(programs: None) -> Iterator[World]:
    """The cast, and what only an owner of a mailbox could see."""
    with product() as world:
        yield world


@pytest.fixture(scope="module")
def runs(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every operation's call, run once."""
    home = tmp_path_factory.mktemp("home")
    done = {}
    for operation in IN_ORDER:
        name = operation["operationId"]
        done[name] = run_call(world, operation, home / name)
        if name == FIRST[-1]:
            look_around(world)
    return done


def run_call(world: World, operation: dict[str, Any], home: Path) -> Run:
    home.mkdir()
    names = {**VARIABLES, **OTHERS.get(operation["operationId"], {})}
    values = {variable: world.names.get(name, "") for variable, name in names.items()}
    return run(script_of(operation), f"{world.server.url}/api/v1", home, **values)


def look_around(world: World) -> None:
    """Name what the first calls made, and what the cast has only one of."""
    names, call, home = world.names, world.call, f"/organizations/{world.names['org']}"
    pair = call("POST /auth/login", {"email": APPLICANT, "password": names["pw"]})
    names["applicant"] = pair["access_token"]
    requests = call(f"GET {home}/signup-requests", token=names["owner"])
    (request,) = [r for r in requests["signup_requests"] if r["email"] == APPLICANT]
    names["applicants_request"] = request["id"]
    names["open_invite"] = call(f"POST {home}/invites", token=names["owner"])["invite"]["id"]
    call("POST /auth/password/forgot", {"email": "keeper@acme.example"})
    mail = next(mail for mail in world.mails("keeper@acme.example") if "#token=" in mail)
    found = re.search(r"#token=(\S+)", mail)
    names["reset_token"] = found[1] if found else ""


@pytest.mark.race
@pytest.mark.parametrize("operation", IN_ORDER, ids=lambda operation: operation["operationId"])
def test_the_call_of_an_operation_succeeds(runs: dict[str, Run], operation: dict[str, Any]) -> None:
    done = runs[operation["operationId"]]
    assert [operation_of(call) for call in done.calls] == [operation]
    body, _, status = done.stdout.rpartition(" ")
    assert (done.returncode, status in succeeds_with(operation)) == (0, True), done.stdout
    assert problems(done.calls, f"{status} {body}") == []


def test_an_operation_without_an_example_of_its_body_gets_no_call() -> None:
    bare: dict[str, Any] = {"requestBody": {"content": {"application/json": {}}}}
    document = add_curl({"paths": {"/api/v1/me": {"post": bare, "get": {"description": "Who."}}}})
    assert read(document["paths"]["/api/v1/me"]["post"].get("description", "")).script == ""
    assert document["paths"]["/api/v1/me"]["get"]["description"].startswith("Who.\n\n```sh\ncurl ")
