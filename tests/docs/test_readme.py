"""README.md: the calls that it shows are calls of the API."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.server import ROOT

pytestmark = pytest.mark.once

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENT = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
CALL = re.compile(r"curl -s \$api(?P<path>/[^\s?)]+)(?P<options>.*)")
METHOD = re.compile(r" (?:-X|--request) (?P<name>[A-Z]+)")


def calls(section: str) -> Iterator[tuple[str, str]]:
    """Method and path of every call of the API in a section."""
    text = README.partition(f"\n## {section}\n")[2].partition("\n## ")[0].replace("\\\n", " ")
    for call in CALL.finditer(text):
        named = METHOD.search(call["options"])
        yield named["name"] if named else default_method(call["options"]), call["path"]


def default_method(options: str) -> str:
    """curl's own."""
    return "POST" if " -d " in options else "GET"


def test_a_first_log_in_is_shown() -> None:
    assert ("POST", "/auth/login") in calls("A first log-in")


@pytest.mark.parametrize(("method", "path"), [*calls("A first log-in")])
def test_the_calls_of_a_first_log_in_exist(method: str, path: str) -> None:
    assert method.lower() in DOCUMENT["paths"].get(f"/api/v1{path}", {})
