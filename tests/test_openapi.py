"""The OpenAPI document: as committed, as served, and as the routes are."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config.openapi import get_schema, schema_as_yaml
from tests.conftest import make_client
from tests.matrix.calls import CALLS
from tests.test_architecture import PUBLIC, api_routes, handled

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
METHODS = {"get", "post", "put", "patch", "delete"}
# Clients are generated from these: a name that is changed breaks them.
OPERATION_IDS = {
    *("acceptInvite", "approveSignup", "changePassword", "checkPermission", "createInvite"),
    *("createOrganization", "whoAmI"),
    *("createRole", "createServiceAccount", "createSpace", "deleteRole", "deleteServiceAccount"),
    *("deleteSpace", "denySignup", "forgotPassword", "getAccessSummary", "getFeatures"),
    *("getInstance", "getMe", "getMemberRoles", "getOrganization", "getOwnPermissions"),
    *("getServiceAccount", "getSpace", "getSpaceAccess", "issueToken", "listAccessibleMembers"),
    *("listInvites", "listMembers", "listOrganizations", "listRoles", "listServiceAccounts"),
    *("listSessions", "listSignupRequests", "listSpaces", "listTokens", "logIn", "logOut"),
    *("logOutAll", "refresh", "register", "removeMember", "reopenSignup", "resetPassword"),
    *("revokeInvite", "revokeSession", "revokeToken", "rotateToken", "setMemberRoles"),
    *("setSpaceAccess", "updateFeatures", "updateMe", "updateOrganization", "updateRole"),
    *("updateServiceAccount", "updateSpace"),
}

Operation = dict[str, Any]


def operations() -> dict[str, Operation]:
    """Every operation by "METHOD /path"."""
    return {
        f"{method.upper()} {path}": call
        for path, item in get_schema()["paths"].items()
        for method, call in item.items()
        if method in METHODS
    }


def errors_of(call: Operation) -> dict[str, str]:
    """The codes that an operation lists, each with its status."""
    return {
        code: status
        for status, answer in call["responses"].items()
        if status >= "400"
        for code in answer["content"]["application/json"]["examples"]
    }


def documented_errors() -> dict[str, str]:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", text, flags=re.MULTILINE))


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_the_committed_document_is_the_one_that_is_served() -> None:
    committed = (ROOT / "docs" / "openapi.yaml").read_bytes()
    served = make_client().get("/api/schema?format=yaml")
    assert (served.status_code, served["Content-Type"]) == (200, "application/yaml")
    assert schema_as_yaml() == served.content == committed


def test_json_and_yaml_say_the_same() -> None:
    served = make_client().get("/api/schema")
    assert (served.status_code, served["Content-Type"]) == (200, "application/json")
    assert served.json() == yaml.safe_load(schema_as_yaml())
    assert served.json()["openapi"] == "3.1.0"


@pytest.mark.parametrize("query", ["", "?format=json", "?format=xml", "?format="])
def test_whatever_is_not_yaml_is_json(query: str) -> None:
    assert make_client().get(f"/api/schema{query}").json()["openapi"] == "3.1.0"


def test_it_is_the_same_for_every_caller() -> None:
    plain = make_client().get("/api/schema").content
    stale = make_client().get("/api/schema", headers={"authorization": "Bearer stale"})
    assert (stale.status_code, stale.content) == (200, plain)


def test_every_route_has_its_operation_and_no_other_is_there() -> None:
    routes = {
        f"{method} /" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)
        for route, view in api_routes()
        for method in handled(view)
    }
    assert operations().keys() == routes
    assert len(routes) == len(CALLS)


def test_operation_ids_are_unique_and_stay() -> None:
    counts = Counter(call["operationId"] for call in operations().values())
    assert counts == Counter(OPERATION_IDS)


def test_a_credential_is_asked_for_unless_the_call_is_public() -> None:
    for name, call in operations().items():
        is_public = name.partition(" /")[2] in PUBLIC
        assert call.get("security", []) == ([] if is_public else [{"bearer": []}]), name
        assert ("401" in call["responses"]) or is_public, name
    scheme = get_schema()["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_every_error_is_one_of_the_documented_ones() -> None:
    known = documented_errors().items()
    unknown = {
        (name, code, status)
        for name, call in operations().items()
        for code, status in errors_of(call).items()
        if (code, status) not in known
    }
    assert unknown == set()


def test_every_error_of_a_call_is_shown_by_some_operation() -> None:
    """Those that a route cannot know of: they are about requests that reach none."""
    shown = {code for call in operations().values() for code in errors_of(call)}
    outside = {"bad_request", "internal_error", "length_required", "method_not_allowed"}
    paging = {"invalid_cursor", "invalid_limit"}
    assert documented_errors().keys() - shown - outside - paging == {"not_acceptable"}


def test_the_examples_are_in_the_shape_of_every_refusal() -> None:
    for name, call in operations().items():
        for status, answer in call["responses"].items():
            media = answer.get("content", {}).get("application/json", {})
            for code, example in media.get("examples", {}).items() if status >= "400" else ():
                value = example["value"]
                assert value.keys() == {"error", "code", "request_id"}, name
                assert value["code"] == code, name


def test_a_list_says_what_is_wrong_with_a_page() -> None:
    paged = {
        name: errors_of(call).keys()
        for name, call in operations().items()
        if "cursor" in {parameter["name"] for parameter in call.get("parameters", [])}
    }
    assert len(paged) == 11
    lacking = [name for name, codes in paged.items() if "invalid_cursor" not in codes]
    assert lacking == []


@pytest.mark.parametrize(
    ("operation_id", "codes"),
    [
        ("register", {"email_taken", "signups_disabled", "invite_not_found", "too_many_requests"}),
        ("logIn", {"invalid_credentials", "signup_denied", "too_many_requests"}),
        ("refresh", {"invalid_refresh_token", "token_reused", "token_superseded"}),
        ("removeMember", {"cannot_remove_yourself", "member_not_found", "last_owner"}),
        ("setMemberRoles", {"unknown_role", "last_owner", "not_a_member", "forbidden"}),
        ("acceptInvite", {"invite_not_found", "invite_not_for_this_user", "unauthorized"}),
        ("rotateToken", {"token_not_active", "token_replaced", "token_not_found"}),
        ("getSpace", {"no_access_to_space", "space_not_found"}),
    ],
)
def test_the_refusals_of_the_contract_are_told(operation_id: str, codes: set[str]) -> None:
    (call,) = [c for c in operations().values() if c["operationId"] == operation_id]
    assert codes <= errors_of(call).keys()


def test_nothing_is_referred_to_that_is_not_there() -> None:
    document = get_schema()
    names = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "headers")
        for name in document["components"][kind]
    }
    assert references(document) - names == set()


def headers_of(operation_id: str, status: str) -> set[str]:
    (call,) = [c for c in operations().values() if c["operationId"] == operation_id]
    return set(call["responses"][status].get("headers", ()))


def test_what_headers_an_answer_may_carry_is_told() -> None:
    limits, expiry = {"RateLimit", "RateLimit-Policy"}, {"X-Token-Expires-In-Days"}
    assert headers_of("logIn", "200") == headers_of("logIn", "401") == limits
    assert headers_of("logIn", "429") == limits | {"Retry-After"}
    assert headers_of("createInvite", "201") == limits | expiry
    assert headers_of("listSpaces", "200") == expiry
    assert headers_of("listSpaces", "401") == headers_of("getInstance", "200") == set()
    assert headers_of("getInstance", "503") == {"Retry-After"}


def test_a_token_response_has_exactly_the_fields_of_the_contract() -> None:
    schema = get_schema()["components"]["schemas"]["TokenPairOutput"]
    needed = {"access_token", "refresh_token", "token_type", "expires_in"}
    assert set(schema["required"]) == needed
    assert schema["properties"].keys() == needed | {"signup_pending"}


def test_the_document_names_no_secret_and_no_machine() -> None:
    text = json.dumps(get_schema())
    assert not re.search(r"sa_[0-9A-Za-z]{36}|eyJ[\w-]+\.|/home/|localhost", text)


def test_the_docs_are_a_page_of_our_own() -> None:
    page = make_client().get("/api/docs")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    text = page.content.decode()
    assert re.findall(r"""(?:src|href|url)\s*[=:]\s*["']((?:https?:)?//[^"']*)""", text) == []
    assert '"/api/schema"' in text
    assert re.findall(r"""<(?:script|link)[^>]*(?:src|href)="(?!/static/|data:)""", text) == []


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_they_are_read_only(path: str, method: str) -> None:
    answer = make_client().generic(method, path)
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert json.loads(answer.content)["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
def test_head_answers_as_get_without_a_body(path: str) -> None:
    answer = make_client().head(path)
    assert (answer.status_code, answer.content) == (200, b"")
