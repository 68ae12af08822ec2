"""The line that each request leaves in the log."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from accounts.request_log import writer
from accounts.routes import UNMATCHED, _readable
from organizations.models import Organization
from tests.config.test_faults import Outage, outage
from tests.conftest import Actor, caller_at, make_client
from tests.factories import PASSWORD

__all__ = ["outage"]

pytestmark = pytest.mark.django_db

KEYS = [
    *("time", "level", "logger", "message", "request_id", "method", "route", "status"),
    *("duration_ms", "principal", "credential", "ip_address"),
]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Lines:
    """What requests have left in the log since the last look."""

    def read() -> list[dict[str, Any]]:
        writer.flush()
        found = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
        return [line for line in found if line["logger"] == "hyperspeed.request"]

    read()  # what an earlier test has left
    return read


def test_a_call_leaves_one_line_that_says_who_what_and_how(owner: Actor, lines: Lines) -> None:
    answer = owner.get("/me", x_request_id="find-me-in-the-log")
    (line,) = lines()
    assert list(line) == KEYS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert 0 < line.pop("duration_ms") < 60_000
    assert line == {
        "level": "INFO",
        "logger": "hyperspeed.request",
        "message": "GET /api/v1/me 200",
        "request_id": answer["X-Request-ID"],
        "method": "GET",
        "route": "/api/v1/me",
        "status": 200,
        "principal": str(owner.user.pk),
        "credential": "session",
        "ip_address": "127.0.0.1",
    }


def test_a_token_of_a_service_account_is_told_apart(bot: Actor, lines: Lines) -> None:
    bot.get("/me")
    (line,) = lines()
    assert (line["principal"], line["credential"]) == (str(bot.user.pk), "service_account_token")


def test_who_has_no_valid_credential_is_nobody(owner: Actor, lines: Lines) -> None:
    Actor().get("/me")
    Actor("garbage").get("/me")
    Actor().post("/auth/login", {"email": "owner@example.com", "password": PASSWORD})
    found = lines()
    assert [line["status"] for line in found] == [401, 401, 200]
    assert {(line["principal"], line["credential"]) for line in found} == {(None, None)}


def test_staff_are_known_by_the_session_of_the_admin(owner: Actor, lines: Lines) -> None:
    owner.client.force_login(owner.user)
    owner.client.get("/admin/")
    (line,) = lines()
    assert (line["route"], line["status"]) == ("/admin/", 200)
    assert (line["principal"], line["credential"]) == (str(owner.user.pk), "admin_session")


def test_a_page_for_everybody_asks_for_nobody(lines: Lines) -> None:
    make_client().get("/admin/login/")
    (line,) = lines()
    assert (line["route"], line["principal"]) == ("/admin/login/", None)


def test_a_path_is_told_as_its_route(
    organization: Organization, owner: Actor, lines: Lines
) -> None:
    owner.get(f"/organizations/{organization.pk}/spaces")
    owner.post("/invites/a-token-that-must-stay-out/accept")
    owner.client.force_login(owner.user)
    owner.client.get(f"/admin/accounts/user/{owner.user.pk}/change/")
    assert [line["route"] for line in lines()] == [
        "/api/v1/organizations/{organization_id}/spaces",
        "/api/v1/invites/{token}/accept",
        "/admin/accounts/user/{object_id}/change/",
    ]


def test_what_is_not_there_has_one_route_for_all(lines: Lines) -> None:
    for path in ("/api/v1/nothing", "/nothing", "/api/v1/organizations/1"):
        make_client().get(path)
    make_client().get("/api/v1/me", HTTP_HOST="evil.example")
    assert [line["route"] for line in lines()] == [UNMATCHED] * 4


def test_a_method_of_a_strangers_own_is_not_told(lines: Lines) -> None:
    make_client().generic("SECRET", "/api/v1/me")
    assert [line["message"] for line in lines()] == ["OTHER /api/v1/me 401"]


def test_a_request_id_that_looks_like_a_token_is_blotted(owner: Actor, lines: Lines) -> None:
    invite = "A1b2" * 11
    owner.get("/me", x_request_id=invite)
    assert [line["request_id"] for line in lines()] == ["[secret]"]


def test_the_address_is_the_clients_where_a_proxy_is_trusted(
    settings: Settings, lines: Lines
) -> None:
    settings.TRUSTED_PROXIES = 1
    for address in ("198.51.100.7", "2001:db8::1", '"},{', "x" * 5000):
        caller_at("10.0.0.1").get("/me", x_forwarded_for=f"1.2.3.4, {address}")
    found = [line["ip_address"] for line in lines()]
    assert found == ["198.51.100.7", "2001:db8::1", None, None]


def test_probes_are_told_of_only_when_they_fail(lines: Lines) -> None:
    make_client().get("/health")
    make_client().get("/healthz")
    assert lines() == []
    make_client().post("/health")
    assert [(line["route"], line["status"]) for line in lines()] == [("/health", 405)]


def test_a_failure_of_ours_is_an_error(owner: Actor, outage: Outage, lines: Lines) -> None:
    with outage():
        owner.get("/me")
        make_client().get("/healthz")
    assert [(line["level"], line["status"]) for line in lines()] == [("ERROR", 503)] * 2


def test_text_for_people_says_the_same(
    owner: Actor, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.LOG_FORMAT = "text"
    writer.flush()
    capfd.readouterr()
    Client().get("/api/v1/me", headers={"authorization": f"Bearer {owner.token}"})
    writer.flush()
    line = capfd.readouterr().err
    assert re.search(r"INFO hyperspeed\.request \[\w{32}\] GET /api/v1/me 200 [\d.]+ ms ", line)
    assert f"session of {owner.user.pk} at 127.0.0.1" in line


def routes(resolver: URLResolver, prefix: str = "") -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        found += [where] if isinstance(entry, URLPattern) else routes(entry, where)
    return found


def test_every_route_can_stand_in_a_line_as_it_is() -> None:
    readable = [_readable(route) for route in routes(get_resolver())]
    assert len(readable) > 60
    wrong = [r for r in readable if not re.fullmatch(r"(/[\w.{}-]*)+|unmatched", r, re.ASCII)]
    assert wrong == []
