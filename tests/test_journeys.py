"""The whole story, once with each kind of credential, through the doors that people use."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from accounts.tokens import digest
from organizations.models import SignupRequest
from tests.accounts.commands import run
from tests.conftest import Actor, Answer, make_client, refusal
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/organizations/signuprequest/"


def register(email: str, **more: str) -> Actor:
    answer = Actor().post("/auth/register", {"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 201
    return as_actor(answer)


def as_actor(answer: Answer) -> Actor:
    pair = answer.json()
    return Actor(pair["access_token"], None, pair["refresh_token"])


def open_admin(email: str) -> Client:
    """A browser that logged in to the admin, with a real session and CSRF."""
    browser = make_client(checks_csrf=True)
    browser.get("/admin/login/")
    fields = {"username": email, "password": PASSWORD}
    assert submit(browser, "/admin/login/?next=/admin/", fields).status_code == 302
    return browser


def submit(browser: Client, path: str, fields: dict[str, Any]) -> Any:
    token = browser.cookies["csrftoken"].value
    return browser.post(path, {**fields, "csrfmiddlewaretoken": token})


def approve(browser: Client, email: str) -> None:
    request = SignupRequest.objects.get(user__email=email)
    assert browser.get(f"{QUEUE}approve/{request.pk}/").status_code == 200
    answer = submit(browser, f"{QUEUE}approve/selected/", {"ids": str(request.pk)})
    assert answer.status_code == 302


def refresh(actor: Actor) -> Answer:
    return Actor().post("/auth/refresh", {"refresh_token": actor.refresh_token})


def test_a_person_signs_up_is_approved_works_and_leaves(mailoutbox: list[EmailMessage]) -> None:
    assert Actor().get("/public/instance").json()["needs_organization_setup"] is True
    owner = register("olivia@example.com", name="Olivia", organization_name="Acme")
    (organization,) = owner.get("/organizations").json()["organizations"]
    path = f"/organizations/{organization['id']}"

    applicant = register("nora@example.com", name="Nora")
    assert applicant.get("/me").json()["signup_pending"] is True
    assert applicant.get("/organizations").json()["organizations"] == []
    assert applicant.get(path).status_code == 403

    approve(open_admin("olivia@example.com"), "nora@example.com")
    assert [message.to for message in mailoutbox] == [["olivia@example.com"], ["nora@example.com"]]
    assert applicant.get("/me").json()["signup_pending"] is False
    assert applicant.get(path).json() == organization
    assert refusal(applicant.get(f"{path}/spaces"))[:2] == (403, "forbidden")

    renewed = as_actor(refresh(applicant))
    assert refusal(refresh(applicant))[::2] == (401, "token_superseded")
    assert renewed.get("/organizations").json()["organizations"] == [organization]
    body = {"refresh_token": renewed.refresh_token}
    assert renewed.post("/auth/logout", body).status_code == 204
    assert [actor.get("/me").status_code for actor in (applicant, renewed)] == [401, 401]
    assert refresh(renewed).status_code == 401
    assert owner.get(path).status_code == 200


def test_a_script_is_given_an_account_works_and_is_stopped() -> None:
    owner = register("olivia@example.com", organization_name="Acme")
    (organization,) = owner.get("/organizations").json()["organizations"]
    path = f"/organizations/{organization['id']}"

    by_command = Actor(run("create_service_account", "Builder").out.strip())
    me = by_command.get("/me").json()
    assert (me["display_name"], me["signup_pending"]) == ("Builder", False)
    assert me["service_account"]["organization_id"] == organization["id"]
    assert by_command.get("/organizations").json()["organizations"] == [organization]
    assert refusal(by_command.get(f"{path}/spaces"))[:2] == (403, "forbidden")

    minted = owner.post(f"{path}/service-accounts", {"name": "Helper"}).json()
    by_api = Actor(minted["token"])
    assert by_api.get("/me").json()["service_account"]["id"] == minted["service_account"]["id"]
    names = [
        row["name"] for row in owner.get(f"{path}/service-accounts").json()["service_accounts"]
    ]
    assert names == ["Helper", "Builder"]

    for script in (by_command, by_api):
        assert refusal(script.get(f"{path}/service-accounts"))[:2] == (403, "forbidden")
        assert refusal(script.post("/auth/logout-all"))[:2] == (403, "forbidden")
        body = {"refresh_token": script.token}
        assert Actor().post("/auth/refresh", body).status_code == 401
        assert script.client.get("/admin/").status_code == 302

    stop(by_api)
    assert by_api.get("/me").status_code == 401
    assert by_command.get("/me").status_code == 200


def stop(script: Actor) -> None:
    """A superuser disables the account behind a token."""
    chief = User.objects.create_superuser("root@example.com", PASSWORD)
    browser = open_admin(chief.email)
    user = User.objects.get(service_account__tokens__digest=digest(script.token))
    page = f"/admin/accounts/user/{user.pk}/change/"
    assert submit(browser, page, {"display_name": user.display_name}).status_code == 302
