"""When staff hear of sign-ups: their own choice, and the digest of a day."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from organizations.models import Organization, SignupMailChoice, SignupRequest
from organizations.services.signup_request import approve_signup
from organizations.services.signup_review import choose_signup_mail
from tests.accounts.commands import run
from tests.conftest import SETUP, Actor, make_client
from tests.factories import PASSWORD, SignupRequestFactory, UserFactory

pytestmark = pytest.mark.django_db

MAILS = "/admin/organizations/signuprequest/mails/"
DIGEST = "send_signup_digest"
Frequency = SignupMailChoice.Frequency


@pytest.fixture
def daily(owner: Actor) -> User:
    """The owner, who wants a mail a day."""
    choose_signup_mail(user=owner.user, frequency=Frequency.DAILY)
    user: User = owner.user
    return user


def make_staff(email: str, **changes: object) -> User:
    user: User = UserFactory.create(email=email, is_staff=True, **changes)
    user.user_permissions.add(Permission.objects.get(codename="resolve_signuprequest"))
    choose_signup_mail(user=user, frequency=Frequency.DAILY)
    return user


def test_at_once_is_what_nobody_had_to_choose(staff: Client) -> None:
    assert staff.get(MAILS).context["form"]["frequency"].value() == "at_once"
    assert MAILS in staff.get("/admin/").content.decode()


@pytest.mark.parametrize("frequency", Frequency.values)
def test_staff_choose_for_themselves(staff: Client, owner: Actor, frequency: str) -> None:
    other = make_staff("second@example.com")
    answer = staff.post(MAILS, {"frequency": frequency, "user": str(other.pk)}, follow=True)
    assert "Your choice was saved." in answer.content.decode()
    assert SignupMailChoice.objects.get(user=owner.user).frequency == frequency
    assert SignupMailChoice.objects.get(user=other).frequency == "daily"


@pytest.mark.parametrize("frequency", ["", "hourly", "\x00"])
def test_there_are_three_choices(staff: Client, daily: User, frequency: str) -> None:
    assert staff.post(MAILS, {"frequency": frequency}).status_code == 200
    assert SignupMailChoice.objects.get().frequency == "daily"


def test_a_choice_takes_a_post_of_who_may_resolve(daily: User) -> None:
    clerk = UserFactory.create(is_staff=True)
    browser = make_client()
    browser.force_login(clerk)
    assert browser.get(MAILS).status_code == 403
    assert browser.post(MAILS, {"frequency": "never"}).status_code == 403
    assert MAILS not in browser.get("/admin/").content.decode()
    strict = make_client(checks_csrf=True)
    strict.force_login(daily)
    assert strict.post(MAILS, {"frequency": "never"}).status_code == 403
    strict.get(MAILS, {"frequency": "never"})
    assert SignupMailChoice.objects.get().frequency == "daily"


@pytest.mark.parametrize(("frequency", "mails"), [("at_once", 1), ("daily", 0), ("never", 0)])
def test_only_who_wants_it_gets_a_mail_at_once(
    owner: Actor,
    frequency: str,
    mails: int,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    choose_signup_mail(user=owner.user, frequency=Frequency(frequency))
    body = {"email": "nora@example.com", "password": PASSWORD}
    with django_capture_on_commit_callbacks(execute=True):
        assert Actor().post("/auth/register", body).status_code == 201
    assert len(mailoutbox) == mails


def test_the_digest_names_who_waits_with_links(
    daily: User, organization: Organization, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://work.example.org"
    for email in ("ada@a.example", "bob@b.example"):
        SignupRequestFactory.create(organization=organization, user__email=email)
    assert run(DIGEST).err == "1 digest(s) sent\n"
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (
        ["owner@example.com"],
        "Sign-ups that wait for a decision: 2",
    )
    home = "https://work.example.org/admin/organizations/signuprequest/"
    for request in SignupRequest.objects.all():
        assert f"{home}{request.pk}/change/" in mail.body
        assert request.user.email in mail.body
    assert f"{home}mails/" in mail.body


def test_once_a_day_however_often_it_runs(
    daily: User, pending: Actor, mailoutbox: list[EmailMessage]
) -> None:
    for _ in range(3):
        run(DIGEST)
    assert len(mailoutbox) == 1
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    SignupMailChoice.objects.update(digest_sent_on=yesterday)
    run(DIGEST)
    assert len(mailoutbox) == 2


def test_nothing_is_sent_when_nobody_waits(
    daily: User, pending: Actor, organization: Organization, mailoutbox: list[EmailMessage]
) -> None:
    approve_signup(request_id=pending.user.signup_request.pk, by=SETUP)
    assert run(DIGEST).err == "0 digest(s) sent\n"
    assert mailoutbox == []
    SignupRequestFactory.create(organization=organization)
    run(DIGEST)
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"is_staff": False},
        {"signup_status": "denied"},
        {"signup_status": "pending"},
    ],
)
def test_who_may_not_use_the_admin_gets_none(
    pending: Actor, mailoutbox: list[EmailMessage], changes: dict[str, object]
) -> None:
    User.objects.filter(pk=make_staff("second@example.com").pk).update(**changes)
    run(DIGEST)
    assert mailoutbox == []


def test_who_lost_the_permission_gets_none(pending: Actor, mailoutbox: list[EmailMessage]) -> None:
    make_staff("second@example.com").user_permissions.clear()
    run(DIGEST)
    assert mailoutbox == []


@pytest.mark.parametrize("frequency", ["at_once", "never"])
def test_who_did_not_choose_it_gets_none(
    owner: Actor, pending: Actor, mailoutbox: list[EmailMessage], frequency: str
) -> None:
    choose_signup_mail(user=owner.user, frequency=Frequency(frequency))
    run(DIGEST)
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("django.core.mail.backends.smtp.EmailBackend", "The mails go to owner@example.com."),
        ("accounts.mail.ConsoleBackend", "no mail reaches you. The mails would go to owner@"),
    ],
)
def test_the_choice_says_whether_mails_reach_anybody(
    staff: Client, settings: Settings, backend: str, words: str
) -> None:
    settings.EMAIL_BACKEND = backend
    assert words in staff.get(MAILS).content.decode()


def test_of_many_fifty_are_named_and_the_rest_counted(
    daily: User, organization: Organization, mailoutbox: list[EmailMessage]
) -> None:
    SignupRequestFactory.create_batch(53, organization=organization)
    run(DIGEST)
    assert mailoutbox[0].subject.endswith(": 53")
    assert mailoutbox[0].body.count("/change/") == 50
    assert "And 3 more." in mailoutbox[0].body


def test_one_that_could_not_be_sent_is_sent_by_the_next_run(
    daily: User, pending: Actor, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    here = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    failed = run(DIGEST)
    assert (failed.status, failed.err) == (
        1,
        "0 digest(s) sent\n1 could not be sent; run it again\n",
    )
    settings.EMAIL_BACKEND = here
    run(DIGEST)
    assert len(mailoutbox) == 1
