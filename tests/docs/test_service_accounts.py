"""docs/service-accounts.md: its file is taken, and its commands print what it shows."""

import re
import shlex
from pathlib import Path

import pytest

from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.declaration import parse_declaration
from tests.accounts.commands import run
from tests.factories import make_role
from tests.server import ROOT

pytestmark = pytest.mark.django_db

TEXT = (ROOT / "docs" / "service-accounts.md").read_text(encoding="utf-8")
FILE = re.findall(r"```toml\n# accounts\.toml\n(.*?)```", TEXT, re.DOTALL)[0]
CONSOLE = "".join(re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL))
COMMAND = re.compile(r"\$ manage\.py (?P<line>.*); echo \$\?\n(?P<shown>(?:[^$].*\n)*)")


def as_pattern(shown: str) -> str:
    """A … stands for some text; how wide a column is depends on what is in it."""
    words = [re.escape(word).replace("…", ".+") for word in shown.split()]
    return r"\s+".join(words)


def test_the_commands_print_what_is_shown(
    organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_role(organization, Permission.BOARD_READ, name="Reader")
    monkeypatch.chdir(tmp_path)
    Path("tokens").mkdir()
    Path("accounts.toml").write_text(FILE)
    shown = [(found["line"], found["shown"]) for found in COMMAND.finditer(CONSOLE)]
    assert len(shown) == CONSOLE.count("$ manage.py") == 6
    for line, expected in shown:
        ran = run(*shlex.split(line))
        assert re.fullmatch(as_pattern(expected), f"{ran.out}{ran.status}".strip()), line
    assert sorted(file.name for file in Path("tokens").iterdir()) == [
        "Builder.token",
        "Reviewer.token",
    ]


@pytest.mark.once
def test_every_key_of_a_file_is_mentioned() -> None:
    keys = {"organization", "managed_by", "accounts", "name", "roles", "provider", "is_active"}
    keys |= {"openrouter_model", "cursor_default_repo_url", "cursor_default_ref", "expires_in"}
    assert [key for key in keys if key not in TEXT] == []
    assert parse_declaration(FILE.encode()).managed_by == "deployment"
    assert parse_declaration(b'{"accounts": []}').managed_by == "apply"
