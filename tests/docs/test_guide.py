"""docs/guide.md: what it tells a newcomer to type works, and answers as it says."""

from pathlib import Path

import pytest

from tests.docs.guide import MORE, Run, differences, is_in_short, read, run
from tests.docs.schema import problems, unmentioned
from tests.races.databases import fresh_database
from tests.server import ROOT, serve

TEXT = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
GUIDE = read(TEXT)
NOWHERE = "http://127.0.0.1:9/api/v1"


@pytest.fixture(scope="module")
def done(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole guide, run once on an empty instance."""
    with fresh_database() as database, serve(database.url) as server:
        return run(GUIDE.script, f"{server.url}/api/v1", tmp_path_factory.mktemp("home"))


@pytest.mark.race
def test_every_example_runs(done: Run) -> None:
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.race
def test_every_answer_is_as_shown(done: Run) -> None:
    assert len(GUIDE.answers) > 80
    assert differences(GUIDE, done.stdout) == []


@pytest.mark.race
def test_every_answer_is_as_the_schema_says(done: Run) -> None:
    assert problems(done.calls, done.stdout) == []


@pytest.mark.race
def test_every_operation_is_in_the_guide(done: Run) -> None:
    assert unmentioned(done.calls) == set()


@pytest.mark.race
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("# 409 {", "# 400 {"),
        ('"code": "token_superseded"', '"code": "token_reused"'),
        ('"error": "no access to this space", ', ""),
        ('"status": "revoked"', '"status": "expired"'),
        ("```sh", "```console"),
    ],
)
def test_a_guide_that_shows_something_else_is_found_out(done: Run, right: str, wrong: str) -> None:
    assert right in TEXT
    assert differences(read(TEXT.replace(right, wrong)), done.stdout)


def test_an_example_that_fails_ends_the_run(programs: None, tmp_path: Path) -> None:
    broken = read("```sh\necho begun\nnonsense=$(false)\necho reached\n```")
    done = run(broken.script, NOWHERE, tmp_path)
    assert (done.returncode, done.stdout) == (1, "begun\n")


def test_an_answer_that_is_not_shown_is_a_difference() -> None:
    assert differences(read(""), "204 ")
    assert differences(read("```sh\n# 204\n```"), "")
    assert not differences(read("```sh\n# 204\n```"), "204 ")


@pytest.mark.parametrize(
    ("shown", "given"),
    [
        ("eyJ…", "eyJhbGciOi"),
        (["a", MORE], ["a", "b"]),
        ({"id": "…", MORE: None}, {"id": "1", "name": "Acme"}),
        ({"list": [{MORE: None}]}, {"list": [{"id": "1"}]}),
    ],
)
def test_what_is_in_short_holds(shown: object, given: object) -> None:
    assert is_in_short(shown, given)


@pytest.mark.parametrize(
    ("shown", "given"),
    [
        ("…", ""),
        ("…", None),
        (True, 1),
        ([], ["a"]),
        (["b", MORE], ["a", "b"]),
        ({"id": "1"}, {"id": "1", "name": "Acme"}),
        ({"name": "…", MORE: None}, {"id": "1"}),
    ],
)
def test_what_is_something_else_does_not_hold(shown: object, given: object) -> None:
    assert not is_in_short(shown, given)


def test_a_key_that_the_schema_does_not_name_is_found_out() -> None:
    call = [f"GET {NOWHERE}/organizations"]
    right = '200 {"organizations": [], "can_create_organization": false}'
    assert problems(call, right) == []
    assert problems(call, right.replace("false", 'false, "more": 1'))
    assert problems(call, '200 {"organizations": []}')
    assert problems(call, "204 ")
