"""docs/hyperspeed.http: every request in it runs, and answers as it says."""

import httpx
import pytest

from tests.docs.expiry import EMAIL, Stage
from tests.docs.http_file import parse
from tests.docs.schema import problems
from tests.server import ROOT

TEXT = (ROOT / "docs" / "hyperspeed.http").read_text(encoding="utf-8")


@pytest.mark.race
def test_every_request_is_answered_as_the_file_says(stage: Stage) -> None:
    requests = parse(TEXT, api=stage.api)
    assert requests.variables["email"] == EMAIL
    with httpx.Client(trust_env=False) as client:
        done = list(requests.run(client))
    assert [(asked.title, answer.status_code) for asked, answer in done] == [
        (asked.title, asked.status) for asked in requests.requests
    ]
    assert len(done) > 25
    for _, answer in done:
        call = f"{answer.request.method} {answer.request.url}"
        assert problems([call], f"{answer.status_code} {answer.text}") == []


def test_a_request_that_expects_nothing_is_found_out() -> None:
    assert "# @name login\n# 200\n" in TEXT
    with pytest.raises(AssertionError, match="Log in: no status is expected"):
        parse(TEXT.replace("# @name login\n# 200\n", "# @name login\n"))


def test_a_hole_that_nothing_fills_is_found_out() -> None:
    requests = parse("### Nothing\n# 200\nGET {{nowhere}}/x")
    with httpx.Client() as client, pytest.raises(LookupError, match="nowhere"):
        list(requests.run(client))
