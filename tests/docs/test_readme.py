"""README.md: what it tells a newcomer to paste, down to the first call of a script, works."""

import sys
from pathlib import Path

import pytest

from tests.docs.guide import Run, differences, read, run
from tests.docs.schema import problems
from tests.races.databases import fresh_database
from tests.server import ROOT, serve

pytestmark = pytest.mark.once

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST = read(TEXT.partition("\n## A first log-in\n")[2].partition("\n## ")[0])
SAMPLE = "http://127.0.0.1:8000/api/v1"
# What `./dev serve` and a command beside it find in the same folder.
SHARED = ("DATABASE_URL", "SECRET_KEY", "JWT_SIGNING_KEY")


def lay_out(home: Path) -> None:
    """The folder of the reader, in which ./dev has made the virtual environment."""
    python = home / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o700)


@pytest.fixture(scope="module")
def done(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The section, run once beside a server with the people of `./dev serve`."""
    home = tmp_path_factory.mktemp("home")
    lay_out(home)
    with fresh_database() as database, serve(database.url, DEBUG="1") as server:
        assert server.manage("seed_demo").returncode == 0
        api = f"{server.url}/api/v1"
        shared = {name: server.environment[name] for name in SHARED}
        return run(FIRST.script.replace(SAMPLE, api), api, home, **shared)


@pytest.mark.race
def test_every_command_of_a_first_log_in_runs(done: Run) -> None:
    assert done.returncode == 0, done.stderr
    assert [call.rpartition("/")[2] for call in done.calls] == [
        *("login", "organizations", "refresh", "logout"),
        "organizations",  # by a token of a service account
    ]


@pytest.mark.race
def test_every_answer_is_as_shown(done: Run) -> None:
    assert differences(FIRST, done.stdout) == []
    assert problems(done.calls, done.stdout) == []


@pytest.mark.race
def test_a_readme_that_shows_something_else_is_found_out(done: Run) -> None:
    other = read(f"```sh\n{FIRST.script}\n```".replace('"Acme"', '"Another"'))
    assert len(differences(other, done.stdout)) == 2


def test_nothing_is_left_for_the_reader_to_fill_in() -> None:
    commands = [line for line in FIRST.script.splitlines() if not line.startswith("#")]
    assert FIRST.script.count(SAMPLE) == 1
    assert [line for line in commands if "…" in line] == []
