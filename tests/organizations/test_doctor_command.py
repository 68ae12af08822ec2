"""manage.py doctor."""

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session as StoredSession
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import PasswordReset, Session
from organizations.models import Organization
from tests.accounts.commands import Ran, run
from tests.config.test_manage import manage
from tests.conftest import Actor, log_in
from tests.organizations.mail_server import refusing_mail_server
from tests.postgres import free_port
from tests.races.databases import empty_postgresql_database, fresh_database
from tests.server import serve

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def finding(ran: Ran, about: str) -> dict[str, str]:
    found: dict[str, str]
    (found,) = [one for one in ran.data if one["check"] == about]
    return found


def doctor(about: str, *arguments: str) -> tuple[int, str, str]:
    """The exit code, and level and message of one finding."""
    ran = run("doctor", "--json", *arguments)
    found = finding(ran, about)
    assert (found["level"] == "ok") is (found["what_to_do"] == "")
    return ran.status, found["level"], found["message"]


def test_a_good_set_up_is_fine(owner: Actor) -> None:
    ran = run("doctor")
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert [line for line in lines if not line.startswith("ok    ")] == [
        "skip  mail: not tried",
        "      Send one: --mail ADDRESS.",
    ]
    assert len(lines) == 13


def test_a_program_reads_the_same(owner: Actor) -> None:
    ran = run("doctor", "--json")
    assert ran.status == 0
    assert [found.keys() for found in ran.data] == [
        {"check": 0, "level": 0, "message": 0, "what_to_do": 0}.keys()
    ] * len(ran.data)


def test_something_to_mend_is_exit_code_one_and_says_what_to_do() -> None:
    ran = run("doctor")
    assert (ran.status, ran.err) == (1, "1 thing(s) to mend\n")
    told = ran.out.split("FAIL  first account: nobody has registered\n")[1]
    assert told.startswith("      Register it now")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_store_every_name_is_told(encoding: str) -> None:
    """As `createdb` makes it where the server was set up without a locale, or with an old one."""
    if connection.vendor == "sqlite":
        pytest.skip("an SQLite file is in UTF-8 always")
    options = f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with empty_postgresql_database(options) as url:
        ran = manage("doctor", url=url)
    assert ran.returncode == 1
    assert f"FAIL  database: its encoding is {encoding}" in ran.stdout
    assert "--encoding=UTF8" in ran.stdout


def test_it_looks_with_few_queries(owner: Actor, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20):
        run("doctor")


def expire_tokens(past: dt.datetime) -> None:
    OutstandingToken.objects.update(expires_at=past)


def expire_sessions(past: dt.datetime) -> None:
    Session.objects.update(expires_at=past)


def revoke_sessions(past: dt.datetime) -> None:
    Session.objects.update(revoked_at=past)


def expire_resets(past: dt.datetime) -> None:
    PasswordReset.objects.update_or_create(digest="x", defaults={"expires_at": past})


def expire_admin_sessions(past: dt.datetime) -> None:
    StoredSession.objects.update_or_create(session_key="x", defaults={"expire_date": past})


@pytest.mark.parametrize(
    ("expire", "kept_days"),
    [
        (expire_tokens, 0),
        (expire_sessions, 30),
        (revoke_sessions, 30),
        (expire_resets, 0),
        (expire_admin_sessions, 0),
    ],
)
def test_expired_rows_that_stay_say_that_nobody_purges(
    owner: Actor, expire: Callable[[dt.datetime], None], kept_days: int
) -> None:
    due = timezone.now() - kept_days * DAY
    expire(due - 1.9 * DAY)
    assert doctor("purge") == (0, "ok", "nothing is left over")
    expire(due - 2.1 * DAY)
    assert doctor("purge")[:2] == (1, "fail")
    assert run("purge_expired").status == 0
    assert doctor("purge")[:2] == (0, "ok")


def test_a_migration_that_is_missing_is_a_failure(owner: Actor) -> None:
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="service_accounts").order_by("-name")[0]
    last.delete()
    message = f"1 are not applied, the first is service_accounts.{last.name}"
    assert doctor("migrations") == (1, "fail", message)


def test_a_database_ahead_of_the_code_is_a_warning(owner: Actor) -> None:
    MigrationRecorder(connection).record_applied("accounts", "9999_future")
    message = "the database is ahead of this code by accounts.9999_future"
    assert doctor("migrations") == (0, "warn", message)


@pytest.mark.parametrize("seconds", [-3, 3])
def test_a_clock_that_is_off_is_a_failure(
    owner: Actor, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("has the clock of this machine")
    real = time.time
    monkeypatch.setattr("accounts.checkup.time.time", lambda: real() + seconds)
    where = "ahead of" if seconds > 0 else "behind"
    assert doctor("clock") == (1, "fail", f"3.0 s {where} the database's")


def test_a_secret_that_everybody_can_read_is_a_failure(
    owner: Actor, settings: Settings, tmp_path: Path
) -> None:
    secret = tmp_path / "key"
    secret.write_text("the secret itself")
    settings.FILES = {"SECRET_KEY": str(secret), "ALLOWED_HOSTS": "/etc/hosts"}
    secret.chmod(0o644)
    assert doctor("secrets") == (1, "fail", f"everybody on this machine can read {secret}")
    assert "the secret itself" not in run("doctor").out
    secret.chmod(0o640)
    assert doctor("secrets")[:2] == (0, "ok")


def test_old_signing_keys_and_a_missing_address_are_warnings(
    owner: Actor, settings: Settings
) -> None:
    settings.JWT_SIGNING_KEYS = {"b": "new one", "": "old one"}
    settings.PUBLIC_URL = ""
    message = "old ones still verify: the one without an id"
    assert doctor("signing keys") == (0, "warn", message)
    assert doctor("PUBLIC_URL")[:2] == (0, "warn")
    assert "old one\n" not in run("doctor").out.replace(message, "")


def test_log_ins_from_one_address_alone_may_be_a_proxys(owner: Actor, settings: Settings) -> None:
    settings.IS_HTTPS = True
    assert doctor("proxies") == (0, "ok", "TRUSTED_PROXIES is 0")
    for _ in range(5):
        log_in(owner.user)
    status, level, message = doctor("proxies")
    assert (status, level) == (0, "warn")
    assert message.endswith("the last 6 log-ins came from 203.0.113.1 alone")
    Session.objects.filter(pk=Session.objects.first().pk).update(ip_address="203.0.113.2")  # type: ignore[union-attr]
    assert doctor("proxies")[:2] == (0, "ok")


def test_a_mail_is_sent_when_asked_for(owner: Actor, mailoutbox: list[Any]) -> None:
    assert doctor("mail") == (0, "skip", "not tried")
    assert mailoutbox == []
    status, level, message = doctor("mail", "--mail", "ops@example.com")
    assert (status, level) == (0, "ok")
    assert "ops@example.com" in message
    assert [mail.to for mail in mailoutbox] == [["ops@example.com"]]


def test_mails_into_the_log_are_a_warning(owner: Actor, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "accounts.mail.ConsoleBackend"
    assert doctor("mail", "--mail", "ops@example.com")[:2] == (0, "warn")


def test_a_mail_server_that_is_not_there_is_told(owner: Actor, settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = free_port()
    ran = doctor("mail", "--mail", "ops@example.com")
    assert ran == (1, "fail", "not sent: nothing listens there")
    assert doctor("mail")[:2] == (0, "skip")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("AUTH 535 no such hunter2", "the server refuses user and password (535)"),
        (
            "MAIL 550 not\x1b[0m you",
            "the server refuses the sender, DEFAULT_FROM_EMAIL: 550 not [0m you",
        ),
        (
            "RCPT 550 no relay for hunter2",
            "the server refuses the address: 550 no relay for [secret]",
        ),
        ("DATA 554 spam", "the server says 554 spam"),
        (
            "EHLO 250 here",
            "the server lacks STARTTLS or log-in (smtps: for TLS from the start, port 465)",
        ),
    ],
)
def test_what_a_mail_server_refuses_is_told_in_words(
    owner: Actor, settings: Settings, reply: str, told: str
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "hyperspeed", "hunter2"
    with refusing_mail_server(reply) as settings.EMAIL_PORT:
        assert doctor("mail", "--mail", "ops@example.com") == (1, "fail", f"not sent: {told}")


def test_a_public_address_that_nobody_answers_at_is_a_failure(owner: Actor) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ran = doctor("public address", "--url", url)
    assert ran == (1, "fail", "not reached: nothing listens there")


def test_something_that_speaks_another_language_there_is_told(organization: Organization) -> None:
    with refusing_mail_server("HELP 500") as port:
        ran = doctor("public address", "--url", f"http://127.0.0.1:{port}")
    assert ran == (1, "fail", "something else than Hyperspeed answers")


@pytest.mark.race
@pytest.mark.once
def test_the_public_address_answers_with_this_version() -> None:
    with fresh_database() as database, serve(database.url) as server:
        same = server.manage("doctor", "--json", "--url", server.url)
        other = server.manage("doctor", "--url", server.url, GIT_SHA="abcdef0")
        named = server.manage("doctor", "--url", server.url.replace("127.0.0.1", "localhost"))
    found = {one["check"]: one["level"] for one in json.loads(same.stdout)}
    assert (found["public address"], found["first account"]) == ("ok", "fail")
    assert "runs there, and this is" in other.stdout
    assert "FAIL  public address: /health answers 400" in named.stdout


@pytest.mark.once
def test_a_database_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite3"
    ran = manage("doctor", url=f"sqlite:///{file}")
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (
        1,
        "FAIL  database: the SQLite file is not there",
    )
    assert (file.exists(), "Traceback" in ran.stderr) == (False, False)


@pytest.mark.once
def test_a_server_that_is_down_is_told_without_its_password() -> None:
    ran = manage("doctor", url="postgresql://hyperspeed:hunter2@127.0.0.1:1/none")
    assert ran.returncode == 1
    assert ran.stdout.startswith("FAIL  database: the database did not answer (OperationalError)")
    assert "hunter2" not in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.once
def test_an_empty_database_is_told_check_by_check(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite3"
    file.touch()
    ran = manage("doctor", url=f"sqlite:///{file}")
    assert ran.returncode == 1
    assert "FAIL  migrations: " in ran.stdout
    assert "Traceback" not in ran.stderr
