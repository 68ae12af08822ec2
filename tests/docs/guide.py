"""A guide as a program: its shell blocks in one script, and the answers that it shows.

An answer is a comment after its call: the status, then JSON in short. A `…` within a string stands
for some text; at the end of an object or a list it stands for whatever else is there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

ANSWER: Final = re.compile(r"# (?P<text>\d{3}\b.*)")
CONTINUED: Final = re.compile(r"# {6}(?P<text>.*)")
REST_OF_OBJECT: Final = re.compile(r"…(?=\s*\})")
REST_OF_LIST: Final = re.compile(r"…(?=\s*\])")
MORE: Final = "… and more"
SECONDS: Final = 120


@dataclass
class Shown:
    """An answer as the guide shows it, and the line where it begins."""

    line: int
    text: str


@dataclass(frozen=True)
class Guide:
    """What a reader would type, and what they are told to see."""

    script: str
    answers: Sequence[Shown]


def read(text: str) -> Guide:
    """Take the `sh` blocks out of Markdown."""
    lines = list(_shell_lines(text))
    answers: list[Shown] = []
    for number, line in lines:
        if found := ANSWER.fullmatch(line):
            answers.append(Shown(number, found["text"]))
        elif answers and (found := CONTINUED.fullmatch(line)):
            answers[-1].text += f" {found['text']}"
    return Guide("\n".join(line for _, line in lines), answers)


@dataclass(frozen=True)
class Run:
    """What became of a guide; `calls` are the method and the URL of each call."""

    returncode: int
    stdout: str
    stderr: str
    calls: Sequence[str]


def run(script: str, api: str, home: Path, **variables: str) -> Run:
    """Run the script in one bash that ends at the first command that fails.

    `$api` and `variables` are set; `home` is its folder.
    """
    programs = (home, Path(sys.executable).parent, os.environ["PATH"])
    path = os.pathsep.join(map(str, programs))
    _wrap_curl(home)
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],  # noqa: S607 (the reader's bash)
        cwd=home,
        # Nothing of the developer's: neither a proxy nor a ~/.curlrc.
        env={"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "api": api, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )
    calls = home / "calls"
    made = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
    return Run(done.returncode, done.stdout, done.stderr, made)


def _wrap_curl(home: Path) -> None:
    """A curl that also writes down what it called."""
    what = "' %{http_code}%{stderr}%{method} %{url_effective}\\n'"
    wrapper = home / "curl"
    real = shutil.which("curl")
    wrapper.write_text(
        f'#!/bin/sh\nexec {real} -sS "$@" -w {what} 2>>"$HOME/calls"\n', encoding="utf-8"
    )
    wrapper.chmod(0o700)


def differences(guide: Guide, printed: str) -> list[str]:
    """Where the answers that were printed, one a line, are not the ones that the guide shows."""
    pairs = zip_longest(guide.answers, printed.splitlines())
    return [
        f"line {shown.line if shown else 'none'}: {shown and shown.text} is shown, got {given}"
        for shown, given in pairs
        if shown is None or given is None or not _is_line_as_shown(shown.text, given)
    ]


def _shell_lines(text: str) -> Iterator[tuple[int, str]]:
    is_inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            is_inside = line == "```sh"
        elif is_inside:
            yield number, line


def _is_line_as_shown(shown: str, given: str) -> bool:
    status, _, body = shown.partition(" ")
    given_status, _, given_body = given.partition(" ")
    return status == given_status and is_as_shown(body, given_body)


def is_as_shown(shown: str, given: str) -> bool:
    """Whether a body, both as text, is what was shown in short."""
    return is_in_short(_parsed(shown), _parsed(given))


def _parsed(body: str) -> object:
    body = REST_OF_OBJECT.sub(f'"{MORE}": null', body)
    body = REST_OF_LIST.sub(f'"{MORE}"', body)
    return json.loads(body) if body else None


def is_in_short(shown: object, given: object) -> bool:
    """Whether `shown` is a way to show `given`."""
    match shown, given:
        case dict(), dict():
            return _is_object_in_short(shown, given)
        case list(), list():
            return _is_list_in_short(shown, given)
        case str(), str():
            pattern = ".+".join(map(re.escape, shown.split("…")))
            return re.fullmatch(pattern, given, re.DOTALL) is not None
    return shown == given and type(shown) is type(given)


def _is_object_in_short(shown: dict[str, object], given: dict[str, object]) -> bool:
    named = shown.keys() - {MORE}
    is_complete = named <= given.keys() if MORE in shown else named == given.keys()
    return is_complete and all(is_in_short(shown[name], given[name]) for name in named)


def _is_list_in_short(shown: list[object], given: list[object]) -> bool:
    if shown[-1:] == [MORE]:
        shown = shown[:-1]
        given = given[: len(shown)]
    return len(shown) == len(given) and all(map(is_in_short, shown, given))
