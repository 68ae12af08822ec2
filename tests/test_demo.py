"""`./dev demo` tells the truth, and `manage.py seed_demo` fills a development instance."""

import datetime as dt
import re
import subprocess
import sys
from io import StringIO

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEvent, User
from organizations.models import Organization, SignupRequest, Space
from tests.conftest import Actor
from tests.server import ROOT

SECRETS = {
    "service account token": r"sa_[0-9A-Za-z]{36}",
    "access token": r"eyJ[\w-]+\.[\w-]+\.[\w-]+",
    "refresh token": r"[\w-]{64}",
}
SIGNED_UP = "signup.requested"
LOG_IN = re.compile(r"^(\S+@\S+) +(\S+) ", re.MULTILINE)


def run_demo(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.demo", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=120
    )


@pytest.fixture(scope="module")
def told() -> "subprocess.CompletedProcess[str]":
    """The demo, run once."""
    return run_demo()


@pytest.mark.race
@pytest.mark.once
def test_the_demo_holds(told: "subprocess.CompletedProcess[str]") -> None:
    assert (told.returncode, told.stderr) == (0, "")
    assert "Every step held" in told.stdout
    assert "\n  NO " not in told.stdout


@pytest.mark.race
@pytest.mark.once
@pytest.mark.parametrize("pattern", SECRETS.values(), ids=SECRETS)
def test_the_demo_prints_no_whole_secret(
    told: "subprocess.CompletedProcess[str]", pattern: str
) -> None:
    assert not re.search(pattern, told.stdout)


@pytest.mark.race
@pytest.mark.once
def test_the_demo_is_plain_text_in_a_pipe(told: "subprocess.CompletedProcess[str]") -> None:
    assert "\x1b" not in told.stdout


@pytest.mark.race
@pytest.mark.once
def test_a_server_that_answers_otherwise_fails_the_demo() -> None:
    told = run_demo("REFRESH_RACE_LEEWAY_SECONDS=0")  # makes a thief of a tab that races
    assert told.returncode == 1
    assert "NO    the old one is refused" in told.stdout
    assert re.search("expected: .*token_superseded", told.stdout)
    assert re.search("got: .*token_reused", told.stdout)
    assert "Every step held" not in told.stdout


@pytest.mark.race
@pytest.mark.once
def test_a_server_that_does_not_start_fails_the_demo() -> None:
    told = run_demo("PUBLIC_URL=nonsense")
    assert (told.returncode, told.stdout) == (1, "")
    assert "PUBLIC_URL must be" in told.stderr


def test_what_is_no_setting_is_bad_usage() -> None:
    told = run_demo("leeway")
    assert (told.returncode, told.stdout) == (2, "")


def seed() -> str:
    """Run the command; returns what it printed for the developer to use."""
    out = StringIO()
    call_command("seed_demo", stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def development(db: None, settings: Settings) -> None:
    settings.DEBUG = True


@pytest.mark.django_db
def test_production_is_never_seeded() -> None:
    with pytest.raises(CommandError, match="DEBUG=1") as refusal:
        seed()
    assert refusal.value.returncode == 1
    assert not User.objects.exists()


def test_seeding_leaves_a_queue_to_decide_on(development: None) -> None:
    seed()
    waiting = SignupRequest.objects.pending()
    assert waiting.count() == 4
    assert waiting.values("created_at", "user_agent", "ip_address").distinct().count() == 4
    assert User.objects.filter(is_staff=True).count() == 2
    assert Space.objects.count() == 2


def test_what_is_seeded_happened_in_the_order_of_a_story(development: None) -> None:
    seed()
    told = list(AuditEvent.objects.order_by("created_at").values_list("action", "created_at"))
    made = [action for action, _ in told if action != "member.added"]
    assert made[:4] == ["organization.created", "space.created", "space.created", SIGNED_UP]
    assert made[4:] == ["signup.approved", SIGNED_UP, "signup.approved", *4 * [SIGNED_UP]]
    now = timezone.now()
    assert told[0][1] < now - dt.timedelta(days=29)
    assert told[-1][1] < now
    for request in SignupRequest.objects.select_related("user"):
        events = AuditEvent.objects.filter(target_id=request.pk).order_by("created_at")
        moments = [one for one in (request.created_at, request.resolved_at) if one]
        assert [event.created_at for event in events] == moments
        assert request.created_at == request.user.created_at


def test_seeding_again_changes_nothing(development: None) -> None:
    first = seed()
    accounts = list(User.objects.order_by("pk").values())
    assert seed() == first
    assert list(User.objects.order_by("pk").values()) == accounts


def test_every_password_that_is_printed_logs_in(development: None, anonymous: Actor) -> None:
    log_ins = LOG_IN.findall(seed())
    assert len(log_ins) == User.objects.count()
    for email, password in log_ins:
        answer = anonymous.post("/auth/login", {"email": email, "password": password})
        assert answer.status_code == 200, email


def test_another_secret_key_means_other_passwords(
    development: None, anonymous: Actor, settings: Settings
) -> None:
    before = dict(LOG_IN.findall(seed()))
    settings.SECRET_KEY = "another machine has another one"
    after = dict(LOG_IN.findall(seed()))
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    olivia = {"email": "olivia@acme.example", "password": after["olivia@acme.example"]}
    assert anonymous.post("/auth/login", olivia).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_seeding_sends_no_mail(development: None, mailoutbox: list[EmailMessage]) -> None:
    seed()
    assert SignupRequest.objects.exists()
    assert mailoutbox == []


def test_somebody_elses_instance_is_left_alone(
    development: None, organization: Organization
) -> None:
    assert not LOG_IN.search(seed())
    assert User.objects.get().email == "owner@example.com"


def test_the_urls_follow_the_port(development: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert "http://127.0.0.1:9000/admin/" in seed()
