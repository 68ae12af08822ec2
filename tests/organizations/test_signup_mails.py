"""What the mails about sign-ups say, and to whom they go."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from organizations.models import Organization, SignupRequest
from organizations.services.signup_request import approve_signup
from tests.conftest import SETUP, Actor
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commit(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """`with commit():` runs at its end what waits for the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def register(**changes: str) -> int:
    body = {"email": "nora@example.com", "password": PASSWORD, "name": "Nora", **changes}
    return int(Actor().post("/auth/register", body).status_code)


def make_staff(email: str, **changes: object) -> User:
    user: User = UserFactory.create(email=email, is_staff=True, **changes)
    user.user_permissions.add(Permission.objects.get(codename="resolve_signuprequest"))
    return user


def test_everybody_who_may_resolve_it_gets_a_mail_of_their_own(
    organization: Organization, commit: Any, mailoutbox: list[EmailMessage]
) -> None:
    make_staff("second@example.com")
    UserFactory.create(email="root@example.com", is_staff=True, is_superuser=True)
    with commit():
        register()
    recipients = sorted(message.recipients() for message in mailoutbox)
    assert recipients == [["owner@example.com"], ["root@example.com"], ["second@example.com"]]


@pytest.mark.parametrize("changes", [{"is_active": False}, {"is_staff": False}])
def test_nobody_else_gets_one(
    organization: Organization,
    commit: Any,
    mailoutbox: list[EmailMessage],
    changes: dict[str, object],
) -> None:
    User.objects.filter(pk=make_staff("second@example.com").pk).update(**changes)
    UserFactory.create(email="other-staff@example.com", is_staff=True)
    with commit():
        register()
    assert [message.to for message in mailoutbox] == [["owner@example.com"]]


def test_it_names_the_applicant_and_links_to_the_request(
    organization: Organization, commit: Any, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://work.example.org"
    with commit():
        register()
    request = SignupRequest.objects.get()
    assert mailoutbox[0].subject == "New sign-up for Acme: nora@example.com"
    link = f"https://work.example.org/admin/organizations/signuprequest/{request.pk}/change/"
    assert link in mailoutbox[0].body
    assert "Nora" in mailoutbox[0].body


@pytest.mark.parametrize("name", ["A & B <Tools>", "x" * 200, "Ünïted", "{{ 7 }}{% if %}"])
def test_names_are_plain_text(
    organization: Organization, commit: Any, mailoutbox: list[EmailMessage], name: str
) -> None:
    Organization.objects.update(name=name)
    with commit():
        register(name=name)
    assert name in mailoutbox[0].subject
    assert f"({name})" in mailoutbox[0].body
    assert "\n" not in mailoutbox[0].subject


def test_decisions_go_to_the_applicant_alone(
    pending: Actor, owner: Actor, commit: Any, mailoutbox: list[EmailMessage]
) -> None:
    request = pending.user.signup_request
    with commit():
        approve_signup(request_id=request.pk, by=SETUP)
    (message,) = mailoutbox
    assert message.recipients() == ["pending@example.com"]
    assert "http://127.0.0.1:8000" in message.body


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_down_changes_no_answer(
    pending: Actor, owner: Actor, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    owner.client.force_login(owner.user)
    path = "/admin/organizations/signuprequest/deny/selected/"
    body = {"ids": str(pending.user.signup_request.pk), "is_notified": "on"}
    assert register() == 201
    assert owner.client.post(path, body).status_code == 302
    assert SignupRequest.objects.get(user=pending.user).status == "denied"
