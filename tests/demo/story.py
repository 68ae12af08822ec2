"""The demo's voice and conscience: it calls, shows what was said, and checks what came back."""

import email
import email.policy
import io
import json
import os
import re
import secrets
import sys
import textwrap
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from tests.demo.http import Answer, Client, StepFailed
from tests.server import Server

API: Final = "/api/v1"
WIDTH: Final = 96
INDENT: Final = " " * 8  # under what stands beside a method, a status or an "ok"
SECRET_NAMES: Final = {
    "password",
    "access_token",
    "refresh_token",
    "token",
    "invite_token",
    "csrfmiddlewaretoken",
}
MAILED_TOKEN: Final = re.compile(r"[\w-]{43}")
UUID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
MAIL_RULE: Final = "-" * 79  # what Django's file backend puts between mails


@dataclass
class Person:
    """Somebody in the story, with the tokens of their session."""

    name: str
    email: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    access_token: str = ""
    refresh_token: str = ""

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}

    def keep(self, answer: Answer) -> None:
        """Remember the tokens of a token response."""
        self.access_token, self.refresh_token = answer["access_token"], answer["refresh_token"]


class Transcript:
    """Prints; in colours on a terminal, unless NO_COLOR is set."""

    def __init__(self) -> None:
        self._is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._chapters = 0
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # no letter is worth a traceback

    def chapter(self, title: str, text: str) -> None:
        self._chapters += 1
        self.line(f"\n{self._paint('1', f'{self._chapters}. {title}')}")
        self.line(textwrap.fill(text, WIDTH))

    def request(self, method: str, path: str, *more: str) -> None:
        self.line(f"\n  {self._paint('1;36', f'{method:<5}')} {without_uuids(path)}")
        for text in filter(None, more):
            self.line(_block(text))

    def answer(self, status: int, text: str) -> None:
        number = self._paint("32" if status < 400 else "33", f"{status:<5}")
        self.line(f"  {number} {_block(text).lstrip()}".rstrip())

    def held(self, step: str) -> None:
        self.line(f"  {self._paint('1;32', 'ok   ')} {step}")

    def failed(self, failure: StepFailed) -> None:
        self.line(f"  {self._paint('1;31', 'NO   ')} {failure.step}")
        self.line(f"{INDENT}expected: {in_short(failure.expected)}")
        self.line(f"{INDENT}got:      {in_short(failure.got)}")

    def quote(self, text: str) -> None:
        for line in text.rstrip().splitlines():
            self.line(f"  {self._paint('2', '|')} {without_uuids(line)}".rstrip())

    def line(self, text: str = "") -> None:
        print(text, flush=True)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._is_coloured else text


class Story:
    """One telling: the server, who and what came up so far, and the means to go on."""

    def __init__(self, server: Server, mailbox: Path) -> None:
        self.server = server
        self.transcript = Transcript()
        self.client = Client(server.url)
        self.olivia = Person("Olivia", "olivia@acme.example")
        self.ben = Person("Ben", "ben@builder.example")
        self.organization_id = ""
        self._mailbox = mailbox

    @property
    def spaces(self) -> str:
        """The path of the organization's spaces."""
        return f"/organizations/{self.organization_id}/spaces"

    def chapter(self, title: str, text: str) -> None:
        self.transcript.chapter(title, text)

    def call(self, method: str, path: str, body: object = None, *, token: str = "") -> Answer:
        """One call of the API; request and answer are shown in short."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        shown = f"Authorization: Bearer {shorten(token)}" if token else ""
        self.transcript.request(method, API + path, shown, in_short(body) if body else "")
        answer = self.client.send(method, API + path, data, **headers)
        self.transcript.answer(answer.status, in_short(answer.body) if answer.body else "")
        return answer

    def expect(self, step: str, answer: Answer, status: int, **fields: object) -> None:
        """Check the status and these fields of the body; None stands for a field's absence."""
        got = {name: answer.body.get(name) for name in fields}
        self.holds(step, {"status": status, **fields}, {"status": answer.status, **got})

    def holds(self, step: str, expected: object, got: object) -> None:
        """Raises StepFailed unless both are equal."""
        if expected != got:
            raise StepFailed(step, expected, got)
        self.transcript.held(step)

    def show_mail(self, person: Person, subject: str) -> None:
        """Show the newest mail to somebody; raises StepFailed unless its subject begins so."""
        mails = [mail for mail in self._mails() if mail["To"] == person.email]
        if not mails or not mails[-1]["Subject"].startswith(subject):
            subjects = [mail["Subject"] for mail in mails]
            raise StepFailed(f"{person.name} has a mail", subject, subjects)
        self.transcript.line()
        for name in ("From", "To", "Subject"):
            self.transcript.quote(f"{name}: {mails[-1][name]}")
        text = MAILED_TOKEN.sub(lambda match: shorten(match[0]), mails[-1].get_content())
        self.transcript.quote(f"\n{text}")
        self.transcript.held(f"{person.name} has a mail")

    def _mails(self) -> list[EmailMessage]:
        """All that were sent, oldest first."""
        files = sorted(self._mailbox.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
        texts = [text for file in files for text in file.read_text("utf-8").split(MAIL_RULE)]
        policy = email.policy.default
        return [email.message_from_string(text, policy=policy) for text in texts if text.strip()]


def in_short(value: object, *, indent: int | None = None) -> str:
    """JSON for the eye: secrets and ids shortened, request ids left out."""
    plain = _without_secrets(value)
    return without_uuids(json.dumps(plain, ensure_ascii=False, default=str, indent=indent))


def shorten(secret: str) -> str:
    """The first and the last few characters."""
    first, last = (7, 4) if len(secret) > 32 else (2, 2)
    return f"{secret[:first]}...{secret[-last:]}"


def without_uuids(text: str) -> str:
    """The same text with each UUID cut to its ends."""
    return UUID.sub(lambda match: f"{match[0][:4]}...{match[0][-4:]}", text)


def _without_secrets(value: object) -> object:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: shorten(item)
        if name in SECRET_NAMES and isinstance(item, str)
        else _without_secrets(item)
        for name, item in value.items()
        if name != "request_id"
    }


def _block(text: str) -> str:
    """The text wrapped under INDENT; the name of a JSON field stays with its value."""
    filled = textwrap.fill(
        without_uuids(text).replace('": ', '":\N{NO-BREAK SPACE}'),
        WIDTH,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace("\N{NO-BREAK SPACE}", " ")
