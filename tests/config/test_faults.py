"""Defects of ours and outages of the database: told apart, and told without a secret."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Never

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import path
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PublicView
from accounts.models import User
from config.middleware import RequestIdFilter
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product
from service_accounts.models import ServiceAccountToken
from tests.conftest import Actor, Answer, refusal
from tests.factories import PASSWORD

__all__ = ["handler400", "handler403", "handler404", "handler500"]

pytestmark = pytest.mark.django_db

SECRET = "postgresql://hyperspeed:hunter2@10.0.0.5/hyperspeed"
INTERNAL = (500, "internal error", "internal_error")
UNAVAILABLE = (503, "service unavailable", "service_unavailable")
Outage = Callable[[], AbstractContextManager[None]]

RAISED: dict[str, tuple[Exception, tuple[int, str, str]]] = {
    "defect": (RuntimeError(SECRET), INTERNAL),
    "key": (KeyError(SECRET), INTERNAL),
    "recursion": (RecursionError(SECRET), INTERNAL),
    "memory": (MemoryError(SECRET), INTERNAL),
    "integrity": (IntegrityError(SECRET), INTERNAL),
    "outage": (OperationalError(SECRET), UNAVAILABLE),
    "interface": (InterfaceError(SECRET), UNAVAILABLE),
    "denied": (PermissionDenied(SECRET), (403, "forbidden", "forbidden")),
    "missing": (Http404(SECRET), (404, "not found", "not_found")),
    "suspicious": (SuspiciousOperation(SECRET), (400, "bad request", "bad_request")),
}


class FailingView(PublicView):
    """A view of the API that fails."""

    def get(self, request: Request, name: str) -> Response:
        raise RAISED[name][0]


def failing_function(request: HttpRequest, name: str) -> Never:
    raise RAISED[name][0]


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>An error page</h1>", status=418)


urlpatterns = [
    path("api/v1/failing/<name>", FailingView.as_view()),
    path("api/v1/failing-function/<name>", failing_function),
    path("api/v1/page", page),
    path("failing/<name>", failing_function),
    *product,
]


@pytest.fixture(params=["production", "debug"])
def mode(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.DEBUG = request.param == "debug"
    return str(request.param)


@pytest.fixture
def outage() -> Outage:
    """`with outage():` every query fails as it does when the server is gone."""

    def fail(*arguments: object) -> Never:
        raise OperationalError(f"connection to {SECRET} refused")

    return lambda: connection.execute_wrapper(fail)


def tells_nothing(answer: Answer) -> bool:
    text = answer.content.decode()
    return not [word for word in (SECRET, "hunter2", "Traceback", "<html", "File ") if word in text]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("kind", ["failing", "failing-function"])
@pytest.mark.parametrize("name", RAISED)
def test_an_exception_under_the_api_is_json(mode: str, kind: str, name: str) -> None:
    expected = RAISED[name][1]
    if (mode, kind, expected) == ("debug", "failing-function", UNAVAILABLE):
        expected = INTERNAL  # Django's own page of the debug mode was made of it
    answer = Actor().get(f"/{kind}/{name}")
    assert refusal(answer) == expected
    assert answer["Content-Type"] == "application/json"
    assert ("Retry-After" in answer) is (expected == UNAVAILABLE)
    assert tells_nothing(answer)


@pytest.mark.urls(__name__)
def test_a_page_that_is_made_by_somebody_else_becomes_json(mode: str) -> None:
    answer = Actor().get("/page")
    assert (answer.status_code, answer["Content-Type"]) == (418, "application/json")
    assert tells_nothing(answer)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", RAISED)
def test_an_exception_elsewhere_is_a_page_without_details(name: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/failing/{name}")
    status, _, _ = RAISED[name][1]
    assert answer.status_code == status
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "hunter2" not in answer.content.decode()
    assert ("Retry-After" in answer) is (status == 503)


@pytest.mark.urls(__name__)
def test_the_server_works_on_after_a_defect() -> None:
    caller = Actor()
    assert caller.get("/failing/defect").status_code == 500
    assert caller.get("/public/instance").status_code == 200


@pytest.mark.urls(__name__)
def test_a_defect_is_logged_under_its_request_id(caplog: pytest.LogCaptureFixture) -> None:
    Actor().get("/failing/defect", x_request_id="find-me-in-the-log")
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert RequestIdFilter().filter(record)
    assert record.__dict__["request_id"] == "find-me-in-the-log"
    assert record.exc_info


CALLS: list[tuple[str, str, dict[str, str]]] = [
    ("POST", "/auth/login", {"email": "owner@example.com", "password": PASSWORD}),
    ("POST", "/auth/register", {"email": "new@example.com", "password": PASSWORD}),
    ("POST", "/auth/refresh", {"refresh_token": "A" * 64}),
    ("POST", "/auth/logout", {"refresh_token": "A" * 64}),
    ("POST", "/auth/logout-all", {}),
    ("GET", "/me", {}),
    ("PATCH", "/me", {"display_name": "x"}),
    ("GET", "/organizations", {}),
    ("GET", "/organizations/00000000-0000-7000-8000-000000000000", {}),
    ("GET", "/public/instance", {}),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call[:2]))
@pytest.mark.parametrize("who", ["owner", "bot"])
@pytest.mark.usefixtures("mode")
def test_an_outage_is_503_and_never_401_403_or_404(
    request: pytest.FixtureRequest, outage: Outage, who: str, call: tuple[str, str, object]
) -> None:
    actor: Actor = request.getfixturevalue(who)
    method, where, body = call
    with outage():
        answer = actor.send(method, where, json.dumps(body))
    assert refusal(answer) == UNAVAILABLE
    assert int(answer["Retry-After"]) >= 1
    assert tells_nothing(answer)


def test_the_first_request_after_an_outage_is_good(owner: Actor, outage: Outage) -> None:
    with outage():
        assert owner.get("/me").status_code == 503
    assert owner.get("/me").status_code == 200


def test_what_needs_no_database_is_refused_as_ever(outage: Outage) -> None:
    with outage():
        assert Actor().get("/me").status_code == 401
        assert Actor("garbage").get("/me").status_code == 401
        assert Actor("sa_garbage").get("/me").status_code == 401
        assert Actor().send("POST", "/auth/login", "{").status_code == 400
        assert Actor().get("/nothing").status_code == 404


def test_an_outage_in_the_admin_is_a_page_that_says_so(owner: Actor, outage: Outage) -> None:
    owner.client.force_login(owner.user)
    with outage():
        answer = owner.client.get("/admin/")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) >= 1
    assert "hunter2" not in answer.content.decode()


def test_an_outage_is_logged_without_the_address_of_the_server(
    owner: Actor, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    with outage():
        owner.get("/me")
    assert "database unavailable" in caplog.text
    assert "hunter2" not in caplog.text


def outage_after(count: int) -> AbstractContextManager[None]:
    """The database goes away after so many queries."""
    left = [count]

    def pass_or_fail(execute: Callable[..., Any], *arguments: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OperationalError(SECRET)
        return execute(*arguments)

    return connection.execute_wrapper(pass_or_fail)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("queries", range(12))
def test_an_outage_in_the_middle_of_a_login_leaves_no_half(owner: Actor, queries: int) -> None:
    body = {"email": "owner@example.com", "password": PASSWORD}
    before = owner.user.sessions.count()
    with outage_after(queries):
        status = Actor().post("/auth/login", body).status_code
    assert status in {200, 503}
    assert owner.user.sessions.count() == before + (status == 200)
    assert Actor().post("/auth/login", body).status_code == 200


def test_the_debug_page_of_django_is_never_sent_to_a_program(settings: Settings) -> None:
    settings.DEBUG = True
    answer: HttpResponseBase = Client(raise_request_exception=False).get("/api/v1/nothing")
    assert answer["Content-Type"] == "application/json"


@pytest.fixture
def standby(owner: Actor, bot: Actor) -> None:
    """A PostgreSQL that takes no writes any more, and was written to long ago."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no standby; tests/faults makes its file read-only")
    User.objects.update(last_seen_at=None)
    ServiceAccountToken.objects.update(last_used_at=None)
    connection.check_constraints()  # what is left for the end would be refused there
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")


def test_a_standby_serves_what_is_read(standby: None, owner: Actor, bot: Actor) -> None:
    """In a transaction, too, where a write that fails would break what comes after it."""
    for actor in (owner, bot):
        assert actor.get("/me").status_code == 200
    assert owner.get("/organizations").status_code == 200


def test_a_standby_refuses_what_is_written(standby: None, owner: Actor) -> None:
    with transaction.atomic():  # Django ends a transaction in which a statement failed
        assert refusal(owner.patch("/me", {"display_name": "Olivia"})) == UNAVAILABLE
        transaction.set_rollback(True)
    with transaction.atomic():
        page = owner.client.post("/admin/login/", {"username": "a@b.co", "password": "x"})
        assert page.status_code == 503
        transaction.set_rollback(True)
