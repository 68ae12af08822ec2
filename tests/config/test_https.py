"""Behind a proxy that speaks TLS: what follows from an https PUBLIC_URL."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.config.test_settings import load
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NAMES = (
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "ALLOWED_HOSTS",
    "TRUSTED_PROXIES",
)


def configure(settings: Settings, **values: str) -> None:
    loaded: dict[str, Any] = load(**values)
    for name in NAMES:
        setattr(settings, name, loaded[name])


def browser(**headers: str) -> Client:
    """What a browser sends, as the proxy passes it on."""
    return Client(enforce_csrf_checks=True, HTTP_HOST="work.example.org", headers=headers)


@pytest.mark.parametrize(("proxies", "headers"), [("0", {}), ("1", {"x-forwarded-proto": "https"})])
def test_browsers_are_told_to_stay_with_https(
    settings: Settings, proxies: str, headers: dict[str, str]
) -> None:
    configure(settings, TRUSTED_PROXIES=proxies)
    answer = browser(**headers).get("/health")
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.get("Strict-Transport-Security", "")


def test_over_plain_http_on_loopback_they_are_not(settings: Settings) -> None:
    configure(settings, PUBLIC_URL="http://127.0.0.1:8000", ALLOWED_HOSTS="work.example.org")
    answer = browser().get("/health")
    assert "Strict-Transport-Security" not in answer


def test_nothing_is_redirected(settings: Settings) -> None:
    configure(settings)
    assert browser().get("/api/v1/public/instance").status_code == 200


@pytest.mark.parametrize("origin", ["https://work.example.org", None])
def test_the_admin_logs_in_with_secure_cookies(settings: Settings, origin: str | None) -> None:
    configure(settings)
    UserFactory.create(email="staff@example.com", is_staff=True)
    client = browser(**({"origin": origin} if origin else {}))
    client.get("/admin/login/")
    token = client.cookies["csrftoken"].value
    body = {"username": "staff@example.com", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/admin/login/?next=/admin/", body).status_code == 302
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["secure"]
        assert client.cookies[name]["samesite"] == "Lax"
    assert client.cookies["sessionid"]["httponly"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://work.example.org", "null"])
def test_a_form_of_another_site_is_refused(settings: Settings, origin: str) -> None:
    configure(settings, TRUSTED_PROXIES="1")
    client = browser(**{"origin": origin, "x-forwarded-proto": "https"})
    client.get("/admin/login/")
    token = client.cookies["csrftoken"].value
    body = {"username": "x", "password": "x", "csrfmiddlewaretoken": token}
    assert client.post("/admin/login/", body).status_code == 403
