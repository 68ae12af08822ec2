"""manage.py deny_signup."""

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks

from organizations.models import Membership, SignupRequest
from tests.accounts.commands import run
from tests.conftest import Actor, refusal
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_applicant_is_turned_away_and_logged_out(pending: Actor) -> None:
    ran = run("deny_signup", "PENDING@example.com", "--reason", "not one of us")
    assert (ran.status, ran.out, ran.err) == (0, "", "pending@example.com: denied\n")
    assert pending.get("/me").status_code == 401
    body = {"email": "pending@example.com", "password": PASSWORD}
    assert refusal(Actor().post("/auth/login", body))[:2] == (403, "signup_denied")
    assert not Membership.objects.filter(user=pending.user).exists()


def test_reason_and_door_are_recorded(pending: Actor) -> None:
    run("deny_signup", "pending@example.com", "--reason", "not one of us")
    request = SignupRequest.objects.get()
    assert (request.status, request.reason) == ("denied", "not one of us")
    assert (request.resolved_by, request.resolved_through) == (None, "command")


def test_the_first_decision_stands(pending: Actor) -> None:
    run("approve_signup", "pending@example.com")
    ran = run("deny_signup", "pending@example.com", "--reason", "late")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "signup request already resolved\n"
    assert SignupRequest.objects.get().reason == ""
    assert pending.get("/me").status_code == 200


@pytest.mark.parametrize("email", ["nobody@example.com", "owner@example.com", "no address", ""])
def test_who_asked_for_nothing_is_not_found(owner: Actor, email: str) -> None:
    ran = run("deny_signup", email)
    assert (ran.status, ran.out, ran.err) == (1, "", "request not found\n")
    assert owner.get("/me").status_code == 200


def test_a_reason_that_is_too_long_is_bad_usage(pending: Actor) -> None:
    assert run("deny_signup", "pending@example.com", "--reason", "x" * 1001).status == 2
    assert SignupRequest.objects.get().status == "pending"
    assert run("deny_signup", "pending@example.com", "--reason", "x" * 1000).status == 0


@pytest.mark.parametrize("reason", ["\udcff", "a\udc80b"])
def test_a_reason_that_is_no_text_is_refused(pending: Actor, reason: str) -> None:
    """An argument that is not UTF-8 reaches a command with lone surrogates."""
    assert run("deny_signup", "pending@example.com", "--reason", reason).status in {1, 2}
    assert SignupRequest.objects.get().status == "pending"


@pytest.mark.parametrize(("arguments", "mails"), [((), 1), (("--no-mail",), 0)])
def test_the_applicant_gets_at_most_one_mail(
    pending: Actor,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    arguments: tuple[str, ...],
    mails: int,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run("deny_signup", "pending@example.com", "--reason", "secret", *arguments)
        run("deny_signup", "pending@example.com", *arguments)
    assert len(mailoutbox) == mails
    assert not [message for message in mailoutbox if "secret" in str(message.message())]
