"""POST /auth/password/forgot."""

import re

import pytest
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AuditEvent, PasswordReset, ThrottleCounter, User
from tests.conftest import Actor, Answer, refusal
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PATH = "/auth/password/forgot"


@pytest.fixture
def ask(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> "Asks":
    return Asks(django_capture_on_commit_callbacks)


class Asks:
    """Asks for a mail, and lets it go out."""

    def __init__(self, capture: DjangoCaptureOnCommitCallbacks) -> None:
        self._capture = capture

    def __call__(self, email: object, **headers: str) -> Answer:
        with self._capture(execute=True):
            return Actor().post(PATH, {"email": email}, **headers)


def unlike(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.items() if name != "X-Request-ID"}


def test_a_link_is_mailed_to_the_account(ask: Asks, member: Actor) -> None:
    answer = ask("member@example.com")
    assert (answer.status_code, answer.json()) == (202, {"ok": True})
    (letter,) = mail.outbox
    assert letter.to == ["member@example.com"]
    assert re.search(r"http://127\.0\.0\.1:8000/reset-password#token=[\w-]{43}", str(letter.body))


@pytest.mark.parametrize("email", ["MEMBER@example.com", " member@EXAMPLE.com "])
def test_the_address_may_be_in_any_spelling(ask: Asks, member: Actor, email: str) -> None:
    ask(email)
    assert [letter.to for letter in mail.outbox] == [["member@example.com"]]


@pytest.mark.parametrize("kind", ["unknown", "disabled", "denied", "service account", "nonsense"])
def test_who_cannot_log_in_is_answered_the_same_and_gets_nothing(
    ask: Asks, member: Actor, bot: Actor, kind: str
) -> None:
    UserFactory.create(email="disabled@example.com", is_active=False)
    UserFactory.create(email="denied@example.com", signup_status="denied")
    addresses = {"service account": bot.user.email, "nonsense": "no address at all"}
    email = addresses.get(kind, f"{kind}@example.com")
    known = ask("member@example.com")
    ThrottleCounter.objects.all().delete()  # what is left of the limit is told
    unknown = ask(email)
    assert (unknown.status_code, unknown.content) == (known.status_code, known.content)
    assert unlike(unknown) == unlike(known)
    assert [letter.to for letter in mail.outbox] == [["member@example.com"]]


def test_a_pending_account_gets_one(ask: Asks, pending: Actor) -> None:
    ask("pending@example.com")
    assert [letter.to for letter in mail.outbox] == [["pending@example.com"]]


def test_known_and_unknown_leave_the_same_traces(ask: Asks, member: Actor) -> None:
    for email in ("member@example.com", "unknown@example.com"):
        ask(email)
    assert PasswordReset.objects.count() == 2
    assert AuditEvent.objects.filter(action="password.reset_requested").count() == 2


def test_the_token_is_stored_as_a_digest_alone(ask: Asks, member: Actor) -> None:
    ask("member@example.com")
    found = re.search(r"token=([\w-]+)", str(mail.outbox[0].body))
    assert found is not None
    rows = [*PasswordReset.objects.values(), *AuditEvent.objects.values()]
    assert found[1] not in str(rows)


def test_nothing_of_the_account_changes(ask: Asks, member: Actor) -> None:
    ask("member@example.com")
    assert User.objects.get(pk=member.user.pk).password == member.user.password
    assert member.get("/me").status_code == 200


@pytest.mark.parametrize("body", [{}, {"email": None}, {"email": ""}, {"email": "  "}])
def test_an_address_is_required(body: dict[str, object]) -> None:
    answer = Actor().post(PATH, body)
    assert refusal(answer) == (400, "email required", "email_required")
    assert not PasswordReset.objects.exists()


@pytest.mark.parametrize(
    "email", [5, True, ["member@example.com", "eve@example.com"], {"a": "b"}, "x" * 1001]
)
def test_what_is_no_address_is_refused(ask: Asks, member: Actor, email: object) -> None:
    assert ask(email).status_code == 400
    assert mail.outbox == []


def test_a_stale_credential_is_not_looked_at(ask: Asks, member: Actor) -> None:
    assert ask("member@example.com", authorization="Bearer stale").status_code == 202


def test_an_address_gets_five_an_hour_and_the_asker_does_not_learn_it(
    ask: Asks, member: Actor
) -> None:
    answers = [ask("member@example.com") for _ in range(7)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b'{"ok":true}')}
    assert len(mail.outbox) == 5


def test_who_asks_too_often_opens_no_way_in_that_was_not_mailed(ask: Asks, member: Actor) -> None:
    for _ in range(7):
        ask("member@example.com")
    assert PasswordReset.objects.filter(user=member.user).count() == 5


def test_another_spelling_of_the_address_is_no_other_address(ask: Asks, member: Actor) -> None:
    spellings = ("member@example.com", "MEMBER@example.com", "Member@Example.com")
    for number in range(9):
        ask(spellings[number % 3])
    assert len(mail.outbox) == 5


def test_a_network_asks_thirty_times_a_minute(ask: Asks, settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 3
    answers = [ask(f"nobody{number}@example.com") for number in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert refusal(answers[3])[1] == "too many requests"
    assert int(answers[3]["Retry-After"]) > 0
