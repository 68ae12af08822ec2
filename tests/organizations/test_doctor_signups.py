"""manage.py doctor: who is told of sign-ups, and whether the daily mails come."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from organizations.models import Organization, SignupMailChoice, SignupRequest
from organizations.services.signup_review import choose_signup_mail
from tests.accounts.commands import run
from tests.conftest import Actor
from tests.organizations.test_doctor_command import doctor
from tests.organizations.test_signup_digest import make_staff

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_sign_ups_that_nobody_is_told_of_are_a_failure(owner: Actor) -> None:
    User.objects.update(is_staff=False)
    assert doctor("sign-ups") == (1, "fail", "open, and nobody is told of them")
    Organization.objects.update(open_signups_enabled=False)
    assert doctor("sign-ups") == (0, "ok", "closed")


def choose(user: User, frequency: str) -> None:
    choose_signup_mail(user=user, frequency=SignupMailChoice.Frequency(frequency))


def test_who_wants_no_mail_is_not_counted_as_told(owner: Actor) -> None:
    make_staff("second@example.com")  # daily
    told = "open; staff who are told: 1 at once, 1 once a day"
    assert doctor("sign-ups") == (0, "ok", told)
    choose(owner.user, "never")
    assert doctor("sign-ups")[2].endswith(": 0 at once, 1 once a day")


def test_sign_ups_of_which_all_staff_want_no_mail_are_a_failure(owner: Actor) -> None:
    choose(owner.user, "never")
    choose(make_staff("second@example.com"), "never")
    message = "open, and nobody is told of them: staff who chose to get no mail: 2"
    assert doctor("sign-ups") == (1, "fail", message)
    Organization.objects.update(open_signups_enabled=False)
    assert doctor("sign-ups") == (0, "ok", "closed")


@pytest.fixture
def waiting(pending: Actor) -> None:
    """Somebody has waited for longer than a daily mail takes."""
    SignupRequest.objects.update(created_at=timezone.now() - 2.1 * DAY)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("days", [None, 3])
def test_a_daily_mail_that_does_not_come_is_a_warning(owner: Actor, days: int | None) -> None:
    choose(owner.user, "daily")
    today = timezone.now().date()
    SignupMailChoice.objects.update(digest_sent_on=today - days * DAY if days else None)
    status, level, message = doctor("daily mails")
    assert (status, level, message[-11:]) == (0, "warn", "got none: 1")
    run("send_signup_digest")
    assert doctor("daily mails") == (0, "ok", "none is overdue")


@pytest.mark.usefixtures("waiting")
def test_yesterdays_mail_is_none_that_is_missed(owner: Actor) -> None:
    choose(owner.user, "daily")
    SignupMailChoice.objects.update(digest_sent_on=timezone.now().date() - DAY)
    assert doctor("daily mails")[:2] == (0, "ok")


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("frequency", ["at_once", "never"])
def test_who_did_not_choose_a_daily_mail_misses_none(owner: Actor, frequency: str) -> None:
    choose(make_staff("second@example.com"), frequency)
    assert doctor("daily mails")[:2] == (0, "ok")


def test_while_nobody_waits_for_long_no_daily_mail_is_missed(owner: Actor, pending: Actor) -> None:
    choose(owner.user, "daily")
    assert doctor("daily mails")[:2] == (0, "ok")
