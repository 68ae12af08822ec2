"""The short guides: what they show works, and answers as they say, after the guide's beginning."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.docs.guide import Run, differences, read, run
from tests.docs.schema import problems
from tests.races.databases import Database, fresh_database
from tests.server import ROOT, Server, serve

DOCS = ROOT / "docs"
# What the first account does: the helpers, Olivia's header and her organization.
BEGINNING = (DOCS / "guide.md").read_text(encoding="utf-8").partition("\n## Log in\n")[0]
SETTINGS: dict[str, Any] = {"CORS_ALLOWED_ORIGINS": "https://app.example.org"}
# By name: blocks of the operator's pages change the machine that they are typed on.
NAMES = ("browser.md", "errors.md", "pagination.md", "rate-limits.md", "scripts.md")


def text_of(name: str) -> str:
    return BEGINNING + (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def instance(programs: None) -> Iterator[tuple[Server, Database]]:
    with fresh_database() as database, serve(database.url, **SETTINGS) as server:
        yield server, database


@pytest.fixture(scope="module", params=NAMES)
def guide(
    request: pytest.FixtureRequest,
    instance: tuple[Server, Database],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Run]:
    """A guide, run on an instance without accounts."""
    server, database = instance
    database.clear()
    text = text_of(request.param)
    return text, run(read(text).script, f"{server.url}/api/v1", tmp_path_factory.mktemp("home"))


@pytest.mark.race
def test_every_example_runs(guide: tuple[str, Run]) -> None:
    _, done = guide
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.race
def test_every_answer_is_as_shown(guide: tuple[str, Run]) -> None:
    text, done = guide
    assert len(read(text).answers) > len(read(BEGINNING).answers)
    assert differences(read(text), done.stdout) == []


@pytest.mark.race
def test_every_answer_that_is_shown_is_as_the_schema_says(guide: tuple[str, Run]) -> None:
    _, done = guide
    if len(done.calls) == len(done.stdout.splitlines()):  # no loop hides some
        assert problems(done.calls, done.stdout) == []
