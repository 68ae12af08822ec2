"""Paths, methods, media types and hosts: every refusal under /api/ is JSON, in debug mode too."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from tests.conftest import Answer, make_client, refusal

pytestmark = pytest.mark.django_db

NOT_FOUND = (404, "not found", "not_found")
NOT_ALLOWED = (405, "method not allowed", "method_not_allowed")
Ask = Callable[..., Answer]


@pytest.fixture(params=["production", "debug"], autouse=True)
def mode(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.DEBUG = request.param == "debug"


@pytest.fixture
def ask() -> Ask:
    """Asks as programs do: no cookies, no CSRF token."""
    client = make_client(checks_csrf=True)

    def generic(method: str, path: str, content: str = "", **extra: Any) -> Answer:
        return client.generic(method, path, content, "application/json", **extra)

    return generic


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/me/",
        "/api/v1/ME",
        "/api/v1//me",
        "/api/v1/me%00",
        "/api/v1/%00",
        "/api/v1/%ff",
        "/api/v1/%0a",
        "/api/v1/a%0ab",
        "/api/v1/me%0a",
        "/api/v1/auth/login/",
        "/api/v1/auth",
        "/api/v2/me",
        "/api/v1/../admin/",
        "/api/v1/<script>",
        "/api/v1/me.json",
        "/api/admin/",
        "/api/" + "x" * 5000,
    ],
)
def test_an_unknown_path_is_not_found(ask: Ask, path: str) -> None:
    answer = ask("GET", path)
    assert refusal(answer) == NOT_FOUND
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_an_unknown_path_is_not_found_by_any_method(ask: Ask, method: str) -> None:
    assert refusal(ask(method, "/api/v1/nothing", "{}")) == NOT_FOUND


def test_an_unknown_path_is_not_found_by_head(ask: Ask) -> None:
    answer = ask("HEAD", "/api/v1/nothing")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["login", "register", "refresh", "logout"])
def test_another_method_is_not_allowed(ask: Ask, path: str, method: str) -> None:
    answer = ask(method, f"/api/v1/auth/{path}", "{}" if method != "TRACE" else "")
    assert refusal(answer) == NOT_ALLOWED
    assert "POST" in answer["Allow"].split(", ")


def test_head_on_a_call_that_only_posts_is_not_allowed(ask: Ask) -> None:
    answer = ask("HEAD", "/api/v1/auth/login")
    assert (answer.status_code, answer.content) == (405, b"")
    assert "POST" in answer["Allow"]


def test_allow_names_the_methods_of_the_call(ask: Ask) -> None:
    answer = ask("DELETE", "/api/v1/public/instance")
    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "text/*", "application/json;version=9x", "x", "x/y"]
)
@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/me", "/api/v1/public/instance"])
def test_json_is_answered_whatever_is_accepted(ask: Ask, path: str, accept: str) -> None:
    method = "POST" if "auth" in path else "GET"
    answer = ask(method, path, "{}" if "auth" in path else "", HTTP_ACCEPT=accept)
    assert answer.status_code in ({401, 406} if path.endswith("/me") else {200, 400, 406})
    assert answer["Content-Type"] == "application/json"
    if answer.status_code == 406:
        expected = "only application/json is available"
        assert refusal(answer) == (406, expected, "not_acceptable")


@pytest.mark.parametrize("accept", ["text/html", "application/xml"])
def test_what_cannot_be_had_is_not_acceptable(ask: Ask, accept: str) -> None:
    assert ask("GET", "/api/v1/public/instance", HTTP_ACCEPT=accept).status_code == 406


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/json", "application/*", "text/html, */*;q=0.1", "text/html;q=0.9,*/*"],
)
def test_a_browser_may_ask(ask: Ask, accept: str) -> None:
    assert ask("GET", "/api/v1/public/instance", HTTP_ACCEPT=accept).status_code == 200


def test_the_format_is_not_chosen_in_the_query(ask: Ask) -> None:
    answer = ask("GET", "/api/v1/public/instance?format=html")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "", "a b", "testserver:x", "[::1", "\x00"]
)
def test_another_host_is_refused(ask: Ask, host: str) -> None:
    answer = ask("GET", "/api/v1/public/instance", HTTP_HOST=host)
    assert refusal(answer) == (400, "host not allowed", "bad_request")


def test_a_forwarded_host_is_not_believed(ask: Ask) -> None:
    answer = ask("GET", "/api/v1/public/instance", HTTP_X_FORWARDED_HOST="evil.example")
    assert answer.status_code == 200
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize(
    "override", ["HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_METHOD_OVERRIDE", "HTTP_X_HTTP_METHOD"]
)
def test_a_method_cannot_be_overridden(ask: Ask, override: str) -> None:
    answer = ask("GET", "/api/v1/auth/login", **{override: "POST"})
    assert refusal(answer) == NOT_ALLOWED


def test_the_api_needs_no_csrf_token(ask: Ask) -> None:
    assert ask("POST", "/api/v1/auth/login", "{}").status_code == 400


@pytest.mark.parametrize("path", ["/nothing", "/admin/nothing/", "/.env", "/static/nothing.css"])
def test_outside_the_api_an_error_is_a_page_without_a_trace(path: str, settings: Settings) -> None:
    settings.DEBUG = False
    answer = make_client().get(path)
    assert answer.status_code in {302, 404}
    assert "Traceback" not in answer.content.decode()
