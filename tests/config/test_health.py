"""GET /health, GET /healthz and the static files: what a load balancer and a browser fetch."""

from typing import Never

import pytest
from django.db import InterfaceError, OperationalError, connection
from pytest_django import DjangoAssertNumQueries

from config.version import VERSION
from tests.conftest import make_client


def test_health_says_what_runs() -> None:
    answer = make_client().get("/health")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json().keys() == {"status", "version", "git_sha"}
    assert (answer.json()["status"], answer.json()["version"]) == ("ok", VERSION)


@pytest.mark.django_db
def test_health_touches_no_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert make_client().get("/health").status_code == 200


@pytest.mark.django_db
def test_healthz_asks_the_database() -> None:
    answer = make_client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "db": True})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_healthz_is_503_while_the_database_does_not_answer(kind: type[Exception]) -> None:
    def fail(*arguments: object) -> Never:
        raise kind("connection to 10.0.0.5 refused")

    with connection.execute_wrapper(fail):
        answer = make_client().get("/healthz")
        assert make_client().get("/health").status_code == 200
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "db": False})
    assert int(answer["Retry-After"]) >= 1
    assert make_client().get("/healthz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_they_can_only_be_read(path: str) -> None:
    assert make_client().head(path).status_code == 200
    assert make_client().post(path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_no_credential_is_looked_at(path: str) -> None:
    assert make_client().get(path, headers={"authorization": "Bearer stale"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["admin/css/base.css", "organizations/signup_requests.css"])
def test_static_files_are_served_without_a_collect_step(path: str) -> None:
    answer = make_client().get(f"/static/{path}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/css")
    assert b"{" in answer.getvalue()
    answer.close()


@pytest.mark.parametrize(
    "path", ["../manage.py", "..%2fmanage.py", "%2e%2e/manage.py", "nothing.css"]
)
def test_no_other_file_is_served(path: str) -> None:
    assert make_client().get(f"/static/{path}").status_code == 404
