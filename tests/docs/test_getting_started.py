"""The beginning of /api/docs: each call in it runs, and answers as the text shows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.docs.expiry import Stage
from tests.docs.guide import is_as_shown, run
from tests.docs.schema import DOCUMENT, problems

TEXT = DOCUMENT["info"]["description"]
STEP = re.compile(r"```sh\n(?P<script>.*?)```\n\n```json\n(?P<answer>.*?)\n```", re.DOTALL)
STEPS = [*STEP.finditer(TEXT)]
SAMPLE = "http://127.0.0.1:8000/api/v1"
# What a reader takes out of an answer, for the calls below it.
TAKEN = {
    "access_token": r'"access_token":"(.+?)"',
    "refresh_token": r'"refresh_token":"(.+?)"',
    "organization_id": r'"organizations":\[\{"id":"(.+?)"',
}


def printed(stage: Stage, home: Path) -> Iterator[str]:
    """What each step prints: the status, then the body."""
    taken: dict[str, str] = {}
    for number, step in enumerate(STEPS):
        folder = home / str(number)
        folder.mkdir()
        script = step["script"].replace(SAMPLE, stage.api)
        done = run(script, stage.api, folder, **taken)
        body, _, status = done.stdout.rpartition(" ")
        assert problems(done.calls, f"{status} {body}") == []
        taken |= {
            name: found[1] for name, form in TAKEN.items() if (found := re.search(form, body))
        }
        yield body


@pytest.mark.race
def test_every_step_answers_as_it_says(programs: None, stage: Stage, tmp_path: Path) -> None:
    bodies = [*printed(stage, tmp_path)]
    wrong = [
        f"{step['answer']} is shown, got {body}"
        for step, body in zip(STEPS, bodies, strict=True)
        if not is_as_shown(step["answer"], body)
    ]
    assert wrong == []
    assert "error" not in json.loads(bodies[-1])


def test_every_call_is_in_a_step() -> None:
    assert TEXT.count("curl ") == len(STEPS) == TEXT.count("```sh")
    assert TEXT.count(SAMPLE) == 1


def test_the_text_is_the_one_of_the_settings() -> None:
    assert settings.SPECTACULAR_SETTINGS["DESCRIPTION"].strip() == TEXT.strip()
