"""manage.py as an operator meets it: exit codes, one line on stderr, never a traceback."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from pytest_django import DjangoDbBlocker, Settings

from manage import main
from tests.races.databases import fresh_database
from tests.server import ROOT, production_environment

pytestmark = pytest.mark.once  # each has a database of its own

# They reach for the database; what goes wrong is told by manage.py itself.
DJANGOS_OWN = ("migrate", "showmigrations", "createsuperuser --no-input --email root@example.com")

type_of_result = subprocess.CompletedProcess[str]
Manage = Callable[..., type_of_result]
COMMANDS = [
    ["create_service_account", "Builder"],
    ["list_service_accounts"],
    ["list_service_accounts", "--expiring", "14d"],
    ["mail_expiring_tokens"],
    ["list_signup_requests", "--json"],
    ["approve_signup", "ann@example.com"],
    ["approve_signup", "--all"],
    ["deny_signup", "ann@example.com"],
    ["send_signup_digest"],
]


def manage(*arguments: str | bytes, url: str, **values: str) -> type_of_result:
    environment = {**production_environment(url, 8000), **values}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def migrated() -> Iterator[str]:
    """The URL of a database that was migrated and holds nothing."""
    with fresh_database() as database:
        yield database.url


def is_one_line_of_prose(ran: type_of_result) -> bool:
    lines = ran.stderr.splitlines()
    return ran.stdout == "" and len(lines) == 1 and "Traceback" not in ran.stderr


def is_bad_usage(stderr: str) -> bool:
    return stderr.startswith(("usage: manage.py ", "CommandError: ")) and "Traceback" not in stderr


def test_data_goes_to_stdout_and_the_exit_code_is_zero(migrated: str) -> None:
    ran = manage("list_signup_requests", "--json", url=migrated)
    assert (ran.returncode, json.loads(ran.stdout), ran.stderr) == (0, [], "")


def test_a_refusal_is_one_line_and_exit_code_one(migrated: str) -> None:
    ran = manage("deny_signup", "nobody@example.com", url=migrated)
    assert (ran.returncode, ran.stderr.endswith("request not found\n")) == (1, True)
    assert is_one_line_of_prose(ran)


def test_bad_usage_is_exit_code_two(migrated: str) -> None:
    ran = manage("deny_signup", url=migrated)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert is_bad_usage(ran.stderr)


@pytest.fixture
def in_this_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Settings
) -> Manage:
    """The same without the second that a process needs to load everything."""
    # Or the log of all later tests would go where this one's stderr was, which is closed then.
    settings.LOGGING_CONFIG = None

    def run(*arguments: str) -> type_of_result:
        monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
        monkeypatch.setenv("STATEMENT_TIMEOUT_SECONDS", "0")  # which it would set, and leave so
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return subprocess.CompletedProcess(arguments, end.value.code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ["create_service_account"],
        ["create_service_account", "a", "b"],
        ["create_service_account", ""],
        ["create_service_account", "a", "--expires-in", "soon"],
        ["create_service_account", "a", "--expires-in", "0d"],
        ["create_service_account", "a", "--expires-in", "-1d"],
        ["create_service_account", "a", "--expires-in", "999999d"],
        ["create_service_account", "a", "--unknown"],
        ["list_service_accounts", "extra"],
        ["list_service_accounts", "--expiring", "soon"],
        ["mail_expiring_tokens", "extra"],
        ["apply_service_accounts"],
        ["apply_service_accounts", "-", "--secret-dir"],
        ["list_signup_requests", "--status", "open"],
        ["approve_signup"],
        ["approve_signup", "ann@example.com", "--all"],
        ["deny_signup", "ann@example.com", "bob@example.com"],
        ["deny_signup", "ann@example.com", "--reason", "x" * 1001],
        ["doctor", "--mail", "nobody"],
        ["doctor", "--url", "ftp://x"],
        ["doctor", "--url", "http://[::1"],
        ["doctor", "extra"],
        ["purge_expired", "--batch", "0"],
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)
def test_every_bad_usage_is_told(arguments: list[str], in_this_process: Manage) -> None:
    ran = in_this_process(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert is_bad_usage(ran.stderr)


@pytest.fixture
def nowhere(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A file that is not there, to which the connection of this process leads."""
    there, path = connections["default"], tmp_path / "no such folder" / "db.sqlite3"
    connections["default"] = DatabaseWrapper({**there.settings_dict, "NAME": path, "OPTIONS": {}})
    with django_db_blocker.unblock():
        yield tmp_path
    connections["default"] = there


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_database_that_is_not_there_is_told(
    arguments: list[str], in_this_process: Manage, nowhere: Path
) -> None:
    ran = in_this_process(*arguments)
    assert ran.returncode == 1
    assert is_one_line_of_prose(ran)
    assert str(nowhere) not in ran.stderr


@pytest.mark.parametrize("command", ["list_service_accounts", *DJANGOS_OWN])
def test_a_process_tells_of_a_database_that_is_not_there(command: str, tmp_path: Path) -> None:
    ran = manage(*command.split(), url=f"sqlite:///{tmp_path}/no/such/folder/db.sqlite3")
    assert ran.returncode == 1
    assert is_one_line_of_prose(ran)
    assert str(tmp_path) not in ran.stderr


@pytest.mark.parametrize("command", ["list_service_accounts", *DJANGOS_OWN])
def test_a_server_that_is_not_there_is_told_without_its_password(command: str) -> None:
    ran = manage(*command.split(), url="postgresql://hyperspeed:hunter2@127.0.0.1:1/none")
    assert ran.returncode == 1
    assert is_one_line_of_prose(ran)
    assert "hunter2" not in ran.stderr


def test_a_database_that_was_never_migrated_is_told(tmp_path: Path) -> None:
    ran = manage("list_service_accounts", url=f"sqlite:///{tmp_path}/empty.sqlite3")
    assert (ran.returncode, "migrated" in ran.stderr) == (1, True)
    assert is_one_line_of_prose(ran)


@pytest.mark.parametrize(
    "arguments",
    [
        ["deny_signup", b"\xff@example.com"],
        ["create_service_account", b"\xff"],
        ["create_service_account", "a", "--organization", b"\xff"],
        ["list_service_accounts", "--organization", b"\xff"],
    ],
    ids=["address", "name", "organization of a new one", "organization of a list"],
)
def test_arguments_that_are_no_utf_8_give_no_traceback(
    migrated: str, arguments: list[str | bytes]
) -> None:
    ran = manage(*arguments, url=migrated)
    assert ran.returncode in {1, 2}
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", ["migrate", "list_service_accounts", "check"])
def test_a_configuration_that_is_refused_is_told_in_prose(migrated: str, command: str) -> None:
    ran = manage(command, url=migrated, SECRET_KEY="changeme", ALLOWED_HOSTS="*")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "SECRET_KEY is shorter than 32 bytes" in ran.stderr
    assert "ALLOWED_HOSTS" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_second_superuser_of_one_address_gives_no_traceback(migrated: str) -> None:
    command = ("createsuperuser", "--no-input", "--email", "root@example.com")
    password = {"DJANGO_SUPERUSER_PASSWORD": "correct horse battery staple"}
    first, second = (manage(*command, url=migrated, **password) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 1)
    assert "root@example.com has an account already" in second.stderr
    assert is_one_line_of_prose(second)
    assert "correct horse" not in first.stdout + first.stderr + second.stdout + second.stderr


def test_the_production_configuration_has_no_warning(migrated: str) -> None:
    ran = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        url=migrated,
        ALLOWED_HOSTS="work.example.org",
        PUBLIC_URL="https://work.example.org",
        TRUSTED_PROXIES="1",
        EMAIL_URL="smtp://127.0.0.1:25",
    )
    assert ran.returncode == 0, ran.stderr
