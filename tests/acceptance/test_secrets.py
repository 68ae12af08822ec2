"""What a thief of the database, of the log or of a page finds after all rows: nothing that opens
a door."""

import json
import re
from typing import Any

import pytest

from tests.acceptance.pages import get
from tests.acceptance.rows_admin import PAGES
from tests.acceptance.runner import Runner

pytestmark = pytest.mark.torture

# Access tokens, those of service accounts, of invites and resets, and refresh tokens.
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+|sa_\w{36}|[\w-]{43}|[\w-]{64}")
MAILED = re.compile(r"\b[\w-]{43}\b")
KINDS = re.compile(r"eyJ[\w-]{8,}\.eyJ|\bsa_[0-9A-Za-z]{36}\b")
SHOWN_OF_EACH = 3


@pytest.fixture(scope="module")
def secrets(runner: Runner) -> dict[str, str]:
    """All tokens that any row was given or forged, and what was mailed; by name."""
    runner.world.call("POST /auth/password/forgot", {"email": "owner@acme.example"})
    names = runner.world.names
    given = {name: value for name, value in names.items() if TOKEN.fullmatch(value)}
    mailed = [token for mail in runner.world.mails() for token in MAILED.findall(mail)]
    assert len(given) > 100
    assert mailed
    known = {name: names[name] for name in ("pw", "key", "old_hash")}
    return given | known | {f"mailed {number}": token for number, token in enumerate(mailed)}


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    return [name for name, value in secrets.items() if value in text] + KINDS.findall(text)


def test_no_table_holds_a_usable_secret(runner: Runner, secrets: dict[str, str]) -> None:
    assert found_in(runner.world.database.dump(), secrets) == []


def test_the_application_logs_no_secret(runner: Runner, secrets: dict[str, str]) -> None:
    """The lines of the HTTP server's access log, which is off by default, are left out."""
    lines = runner.world.server.log.read_text(errors="replace").splitlines()
    log = "\n".join(line for line in lines if ' HTTP/1.1" ' not in line)
    assert found_in(log, secrets) == []


def test_no_page_of_the_admin_shows_a_secret(runner: Runner, secrets: dict[str, str]) -> None:
    """The lists, and of each the first few things with their histories."""
    shown = []
    for page in PAGES:
        shown.append(show(runner, f"{page}/"))
        links = re.findall(rf'/admin/({page}/[^"/]+)/change/', shown[-1])[:SHOWN_OF_EACH]
        assert links
        shown += [
            show(runner, f"{link}/{view}/") for link in links for view in ("change", "history")
        ]
    assert found_in("\n".join(shown), secrets) == []


def show(runner: Runner, path: str) -> str:
    answer = runner.world.send(runner.request(get(path)))
    assert answer.status == 200
    return answer.content.decode()


def logged(runner: Runner) -> list[dict[str, Any]]:
    """The application's own lines."""
    lines = runner.world.server.log.read_text(errors="replace").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_the_application_logs_every_request(runner: Runner) -> None:
    """What the secrets are looked for in."""
    routes = {line["route"] for line in logged(runner) if line["logger"] == "hyperspeed.request"}
    secret = {"/api/v1/auth/login", "/api/v1/auth/password/reset", "/api/v1/invites/{token}/accept"}
    assert secret <= routes


def test_the_application_logs_no_defect(runner: Runner) -> None:
    """What Django calls an error of security is an attack that was refused."""
    failures = [line for line in logged(runner) if line["level"] in {"ERROR", "CRITICAL"}]
    assert [line for line in failures if not line["logger"].startswith("django.security")] == []
