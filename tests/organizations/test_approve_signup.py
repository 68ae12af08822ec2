"""manage.py approve_signup."""

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks

from organizations.models import Membership, SignupRequest
from tests.accounts.commands import run
from tests.conftest import Actor, log_in
from tests.factories import SignupRequestFactory

pytestmark = pytest.mark.django_db


def test_an_applicant_becomes_a_member(pending: Actor) -> None:
    ran = run("approve_signup", "pending@example.com")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "pending@example.com: approved\n1 approved\n"
    assert pending.get("/me").json()["signup_pending"] is False
    assert len(pending.get("/organizations").json()["organizations"]) == 1


def test_the_command_line_is_recorded_as_who_decided(pending: Actor) -> None:
    run("approve_signup", "pending@example.com")
    request = SignupRequest.objects.get()
    assert (request.status, request.resolved_by) == ("approved", None)
    assert request.resolved_through == "command"
    assert request.resolved_at is not None
    assert "by the command line" in request.decision


@pytest.mark.parametrize("email", ["PENDING@Example.com", " pending@example.com "])
def test_the_address_may_be_written_in_any_spelling(pending: Actor, email: str) -> None:
    assert run("approve_signup", email).status == 0
    assert SignupRequest.objects.get().status == "approved"


def test_a_second_decision_is_refused(pending: Actor) -> None:
    run("approve_signup", "pending@example.com")
    before = SignupRequest.objects.values().get()
    ran = run("approve_signup", "pending@example.com")
    assert (ran.status, ran.out) == (1, "")
    assert "pending@example.com: signup request already resolved" in ran.err
    assert SignupRequest.objects.values().get() == before


def test_one_who_was_denied_is_not_approved(pending: Actor) -> None:
    run("deny_signup", "pending@example.com")
    assert run("approve_signup", "pending@example.com").status == 1
    assert SignupRequest.objects.get().status == "denied"
    assert not Membership.objects.filter(user=pending.user).exists()


@pytest.mark.parametrize("email", ["nobody@example.com", "owner@example.com", "no address", ""])
def test_who_asked_for_nothing_is_not_found(owner: Actor, email: str) -> None:
    ran = run("approve_signup", email)
    assert (ran.status, ran.out) == (1, "")
    assert f"{email}: request not found" in ran.err


def test_the_good_ones_of_several_are_approved(pending: Actor) -> None:
    ran = run("approve_signup", "nobody@example.com", "pending@example.com")
    assert ran.status == 1
    assert ran.err.splitlines()[-2:] == ["1 approved", "1 of 2 refused"]
    assert SignupRequest.objects.get().status == "approved"


def test_all_approves_whoever_waits(pending: Actor) -> None:
    SignupRequestFactory.create_batch(2, organization=SignupRequest.objects.get().organization)
    run("deny_signup", "pending@example.com")
    ran = run("approve_signup", "--all")
    assert (ran.status, ran.err.splitlines()[-1]) == (0, "2 approved")
    assert sorted(SignupRequest.objects.values_list("status", flat=True)) == [
        "approved",
        "approved",
        "denied",
    ]


def test_all_of_nobody_is_no_error(db: None) -> None:
    ran = run("approve_signup", "--all")
    assert (ran.status, ran.err) == (0, "0 approved\n")


@pytest.mark.parametrize("arguments", [(), ("pending@example.com", "--all")])
def test_it_is_either_addresses_or_all(pending: Actor, arguments: tuple[str, ...]) -> None:
    assert run("approve_signup", *arguments).status == 2
    assert SignupRequest.objects.get().status == "pending"


def test_one_mail_goes_out_for_each(
    pending: Actor,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run("approve_signup", "pending@example.com")
        run("approve_signup", "pending@example.com")
    assert [message.to for message in mailoutbox] == [["pending@example.com"]]


def test_open_sessions_live_on(pending: Actor) -> None:
    second = log_in(pending.user)
    run("approve_signup", "pending@example.com")
    assert [actor.get("/me").status_code for actor in (pending, second)] == [200, 200]
