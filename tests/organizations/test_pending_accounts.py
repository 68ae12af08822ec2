"""What an account reaches before it is approved, or once it was denied."""

import pytest

from organizations.models import Organization, SignupRequest
from tests.conftest import Actor, make_client, refusal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("method", "path"), [("GET", "/me"), ("PATCH", "/me")])
def test_it_reads_and_names_itself(pending: Actor, method: str, path: str) -> None:
    assert pending.send(method, path, '{"display_name": "Nora"}').status_code == 200


def test_it_logs_in_refreshes_and_logs_out(pending: Actor) -> None:
    body = {"email": pending.user.email, "password": PASSWORD}
    pair = Actor().post("/auth/login", body).json()
    token = {"refresh_token": pair["refresh_token"]}
    refreshed = Actor().post("/auth/refresh", token)
    assert (pair["signup_pending"], refreshed.json()["signup_pending"]) == (True, True)
    token = {"refresh_token": refreshed.json()["refresh_token"]}
    assert Actor().post("/auth/logout", token).status_code == 204


@pytest.mark.parametrize(
    ("method", "page"),
    [
        ("GET", ""),
        ("GET", "/features"),
        ("PATCH", "/features"),
        ("GET", "/spaces"),
        ("POST", "/spaces"),
        ("GET", "/service-accounts"),
        ("POST", "/service-accounts"),
    ],
)
def test_nothing_of_the_organization_is_readable(
    pending: Actor, organization: Organization, method: str, page: str
) -> None:
    answer = pending.send(method, f"/organizations/{organization.pk}{page}", '{"name": "x"}')
    assert refusal(answer) == (403, "not a member of this organization", "not_a_member")
    assert b"Acme" not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/organizations/signuprequest/",
        "/admin/organizations/signuprequest/approve/{}/",
        "/admin/organizations/signuprequest/approve/selected/",
        "/admin/accounts/user/",
    ],
)
def test_the_admin_refuses_it(pending: Actor, path: str) -> None:
    request = SignupRequest.objects.get()
    browser = make_client()
    browser.force_login(pending.user)
    for answer in (
        browser.get(path.format(request.pk)),
        browser.post(path.format(request.pk), {"ids": str(request.pk)}),
    ):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
    request.refresh_from_db()
    assert request.status == "pending"


def test_it_does_not_log_in_to_the_admin(pending: Actor) -> None:
    browser = make_client()
    body = {"username": pending.user.email, "password": PASSWORD}
    assert browser.post("/admin/login/", body).status_code == 200
    assert browser.get("/admin/").status_code == 302


def test_a_staff_flag_does_not_open_the_admin_before_approval(pending: Actor) -> None:
    pending.user.is_staff = pending.user.is_superuser = True
    pending.user.save()
    browser = make_client()
    browser.force_login(pending.user)
    assert browser.get("/admin/organizations/signuprequest/").status_code == 302


def test_a_denied_account_reaches_nothing(organization: Organization) -> None:
    user = UserFactory.create(email="denied@example.com", signup_status="denied")
    body = {"email": user.email, "password": PASSWORD}
    answer = Actor().post("/auth/login", body)
    assert refusal(answer) == (403, "signup_denied", "signup_denied")
    again = Actor().post("/auth/register", body)
    assert refusal(again) == (409, "email already registered", "email_taken")
