"""The admin as a browser without a window sees it: pages, their rows and forms, and cookies."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

from tests.demo.http import StepFailed
from tests.demo.story import Story, shorten

MAX_REDIRECTS: Final = 5


@dataclass
class Form:
    """Where a form goes, and what it says unless somebody types something else."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Row:
    """A row of a table: its text, and its links by their text."""

    text: str = ""
    links: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """One page, read for its title, words, forms and table rows."""

    def __init__(self, path: str, status: int, html: str) -> None:
        super().__init__()
        self.path, self.status = path, status
        self.title = self.text = ""
        self.forms: list[Form] = []
        self._rows: list[Row] = []
        self._open: list[str] = []
        self._link = ""
        self.feed(html)
        self.text = _on_one_line(self.text)
        for row in self._rows:
            row.text = _on_one_line(row.text)

    def form_with(self, name: str) -> Form:
        """The form that has a field of this name."""
        for form in self.forms:
            if name in form.values:
                return form
        raise StepFailed(f"{self.path} has a form with a field {name}", name, self.text)

    def row_of(self, text: str) -> Row:
        """The table row that holds the text."""
        for row in self._rows:
            if text in row.text:
                return row
        raise StepFailed(f"{self.path} has a row of {text}", text, self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._open.append(tag)
        if tag == "form":
            self.forms.append(Form(values.get("action") or self.path))
        elif tag == "input" and self.forms and "name" in values:
            self.forms[-1].values[values["name"]] = values.get("value", "")
        elif tag == "tr":
            self._rows.append(Row())
        elif tag == "a":
            self._link = values.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:  # <input> and its kind are never closed
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data.strip()
        elif not {"script", "style"} & set(self._open):
            self.text += f" {data}"
        if "tr" in self._open:
            self._rows[-1].text += f" {data}"
            if "a" in self._open:
                self._rows[-1].links[data.strip()] = self._link


class AdminBrowser:
    """A staff member's browser; everything that it does goes into the story's transcript."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def open(self, path: str) -> Page:
        """GET the path and follow where it leads."""
        self._story.transcript.request("GET", path)
        return self._arrive("GET", path, None)

    def submit(self, form: Form, **typed: str) -> Page:
        """POST the form with what was typed, and follow where it leads."""
        values = {**form.values, **typed}
        self._story.transcript.request("POST", form.action, _in_short(values))
        return self._arrive("POST", form.action, values)

    def _arrive(self, method: str, path: str, values: dict[str, str] | None) -> Page:
        transcript = self._story.transcript
        data = None if values is None else urlencode(values).encode()
        for _ in range(MAX_REDIRECTS):
            answer = self._story.client.send(method, path, data)
            if "location" not in answer.headers:
                page = Page(path, answer.status, answer.text)
                transcript.answer(answer.status, f'"{page.title}"')
                return page
            method, path, data = "GET", answer.headers["location"], None
            transcript.answer(answer.status, f"see {path}")
            transcript.request(method, path)
        raise StepFailed("the redirects end", f"at most {MAX_REDIRECTS}", path)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _in_short(values: dict[str, str]) -> str:
    shown = {
        name: shorten(value) if name in {"password", "csrfmiddlewaretoken"} else value
        for name, value in values.items()
    }
    return "  ".join(f"{name}={value}" for name, value in shown.items())
