"""What a thief of the database or of the log finds after all rows: nothing that opens a door."""

import re

import pytest

from tests.acceptance.runner import Runner
from tests.acceptance.sql import dump

pytestmark = pytest.mark.torture

# Ids, places and forgeries are no secrets; of people, only their tokens are.
PEOPLE = ("owner", "member", "helper", "pending", "rival", "keeper", "boss")
SECRETS = (
    *PEOPLE,
    *(f"{name}_refresh" for name in PEOPLE),
    *("bot", "rival_bot", "invite_token", "rival_invite_token", "pw", "key"),
)


def secrets_of(runner: Runner) -> dict[str, str]:
    return {name: runner.world.names[name] for name in SECRETS}


def test_no_table_holds_a_usable_secret(runner: Runner) -> None:
    tables = dump(runner.world.server.environment["DATABASE_URL"])
    assert [name for name, value in secrets_of(runner).items() if value in tables] == []


def test_the_application_logs_no_secret(runner: Runner) -> None:
    """The lines of the HTTP server's access log, which is off by default, are left out."""
    lines = runner.world.server.log.read_text(errors="replace").splitlines()
    log = "\n".join(line for line in lines if ' HTTP/1.1" ' not in line)
    assert [name for name, value in secrets_of(runner).items() if value in log] == []


def test_the_application_logs_no_defect(runner: Runner) -> None:
    log = runner.world.server.log.read_text(errors="replace")
    assert re.findall(r"ERROR django.request .*: (/\S+)", log) == []
    assert "ERROR hyperspeed" not in log
    assert "[CRITICAL]" not in log
