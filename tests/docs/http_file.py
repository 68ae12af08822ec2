"""A file of requests as editors run them: parsed, filled in, sent one after the other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

TITLE: Final = re.compile(r"^### +(.+)$", re.MULTILINE)
VARIABLE: Final = re.compile(r"^@(?P<name>\w+) *= *(?P<value>.*)$", re.MULTILINE)
NAME: Final = re.compile(r"^# @name (\w+)$", re.MULTILINE)
STATUS: Final = re.compile(r"^# (\d{3})$", re.MULTILINE)
HOLE: Final = re.compile(r"\{\{(.+?)\}\}")
ANSWER: Final = re.compile(r"(?P<name>\w+)\.response\.body\.\$\.(?P<path>[\w.\[\]]+)")


@dataclass(frozen=True)
class Asked:
    """One request, with its holes, and the status that the file says comes back."""

    title: str
    name: str
    status: int
    text: str


@dataclass
class HttpFile:
    """The requests of a file, and what fills their holes: variables, and answers by name."""

    requests: list[Asked]
    variables: dict[str, str]
    answers: dict[str, Any] = field(default_factory=dict)

    def run(self, client: httpx.Client) -> Iterator[tuple[Asked, httpx.Response]]:
        """Send each. Raises LookupError for a hole that nothing fills."""
        for asked in self.requests:
            answer = client.send(self._request(asked.text))
            if asked.name:
                self.answers[asked.name] = answer.json()
            yield asked, answer

    def _request(self, text: str) -> httpx.Request:
        head, _, body = self._filled(text).partition("\n\n")
        first, *lines = head.splitlines()
        method, _, url = first.partition(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        return httpx.Request(method, url, headers=headers, content=body.strip() or None)

    def _filled(self, text: str) -> str:
        return HOLE.sub(lambda hole: self._value(hole[1]), text)

    def _value(self, hole: str) -> str:
        if not (found := ANSWER.fullmatch(hole)):
            return self.variables[hole]
        value = self.answers[found["name"]]
        for key in re.findall(r"\w+", found["path"]):
            value = value[int(key) if isinstance(value, list) else key]
        return str(value)


def parse(text: str, **variables: str) -> HttpFile:
    """The file; `variables` replace its own values."""
    head, *parts = TITLE.split(text)
    own = {found["name"]: found["value"] for found in VARIABLE.finditer(head)}
    titles, texts = parts[::2], parts[1::2]
    return HttpFile([_asked(*pair) for pair in zip(titles, texts, strict=True)], own | variables)


def _asked(title: str, text: str) -> Asked:
    name, status = NAME.search(text), STATUS.search(text)
    assert status, f"{title}: no status is expected"
    bare = "\n".join(line for line in text.strip().splitlines() if not line.startswith("#"))
    return Asked(title, name[1] if name else "", int(status[1]), bare)
