"""Runs rows against a world and tells what is wrong with the answers."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.contract import Wrong, check, check_page, parse
from tests.acceptance.table import Ask, Count, Mails, Manage, Row, Sql, Step
from tests.acceptance.wire import Answer, Big, Request
from tests.acceptance.world import World
from tests.factories import PASSWORD

NAME = re.compile(r"<([a-z_0-9]+)>")
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
# Attacks that look like a name.
LITERAL = {"script"}
COOKIE = re.compile(r"sessionid=\w+")
LEFT = re.compile(r";r=\d+;t=\d+")
SHOWN = 300
GOOD_LOGIN = Ask("POST /auth/login", {200}, {"email": "keeper@acme.example", "password": PASSWORD})


@dataclass
class Outcome:
    """How a row went: the requests that it made and what was wrong."""

    row: Row
    requests: int = 0
    wrongs: list[str] = field(default_factory=list)
    grave: int = 0

    def note(self, what: str, wrongs: list[Wrong]) -> None:
        self.wrongs += [f"{self.row.id} {what}: {wrong}" for wrong in wrongs]
        self.grave += sum(wrong.is_grave for wrong in wrongs)


class Runner:
    """Runs rows; a good log-in must be possible after each."""

    def __init__(self, world: World, *, is_long: bool = False) -> None:
        self.world = world
        self.is_long = is_long
        self._twins: dict[str, bytes] = {}

    def run(self, row: Row) -> Outcome:
        """All steps of a row (in the short form a sample of them), and what holds after it."""
        outcome = Outcome(row)
        self._twins = {}
        self.prepare()
        before = self.world.counts()
        for step in row.chosen(self.is_long):
            self._take(step, outcome)
        if not row.writes and (after := self.world.counts()) != before:
            written = {name: after[name] - n for name, n in before.items() if after[name] != n}
            outcome.note("nothing written", [Wrong(f"wrote {written}", is_grave=True)])
        self.prepare()
        self._ask(GOOD_LOGIN, outcome)
        return outcome

    def prepare(self) -> None:
        """Called before the steps of a row and before the good log-in after them."""

    def _take(self, step: Step, outcome: Outcome) -> None:
        match step:
            case Ask():
                for _ in range(step.times):
                    self._ask(step, outcome)
            case Sql():
                if not self.world.database.change(self.fill(step.statement)):
                    outcome.note(step.statement, [Wrong("changed nothing")])
            case Count():
                found = self.world.database.execute(self.fill(step.query))
                self._expect(outcome, step.query, found, step.result)
            case Mails():
                found = len(self.world.mails(self.fill(step.to)))
                self._expect(outcome, f"mails to {step.to}", found, step.result)
            case Manage():
                done = self.world.server.manage(*self.fill(step.command).split())
                self._expect(outcome, step.command, done.returncode, step.status)
                self._expect(outcome, done.stderr, done.stderr.count("Traceback"), 0)

    def _expect(self, outcome: Outcome, what: str, found: int, expected: int) -> None:
        if found != expected:
            outcome.note(what, [Wrong(f"{found}, not {expected}", is_grave=True)])

    def _send(self, request: Request, ask: Ask) -> Answer:
        """The answer; if it is late, that of another try, up to `best_of`."""
        answer = self.world.send(request)
        for _ in range(1, ask.best_of):
            if answer.seconds <= ask.seconds:
                break
            answer = self.world.send(request)
        return answer

    def _ask(self, ask: Ask, outcome: Outcome) -> None:
        request = self.request(ask)
        answer = self._send(request, ask)
        outcome.requests += 1
        checks = check_page if ask.is_page else check
        wrongs = checks(ask.method, answer, self.world.secrets)
        wrongs += self._compare(ask, answer)
        shown = f"{request.head()[:SHOWN]!r} {request.body[:SHOWN]!r} → {answer.status}"
        outcome.note(f"{shown} {answer.content[:SHOWN]!r}", wrongs)

    def request(self, ask: Ask) -> Request:
        """The bytes of a step."""
        content = self.content(ask)
        headers = [(name, self.fill(value)) for name, value in ask.headers]
        if not ask.is_bare:
            headers = [
                *self._usual_headers(ask, content, {n.lower() for n, _ in headers}),
                *headers,
            ]
        target = self.fill(ask.target)
        if not ask.is_page and not target.startswith(("/api", "//", "http:", "*")):
            target = f"/api/v1{target}"
        framing = (content, ask.is_chunked, ask.version)
        return Request(ask.method, target, tuple(headers), *framing, ask.source)

    def content(self, ask: Ask) -> bytes:
        """The body as it is sent; names are filled into text and JSON."""
        match ask.body:
            case None:
                return b""
            case bytes():
                return ask.body
            case Big():
                return ask.body.content()
            case str():
                return self.fill(ask.body).encode()
        return json.dumps(self._fill_json(ask.body)).encode()

    def fill(self, text: str) -> str:
        """Put values in the place of names; raises KeyError for one that nothing defines."""
        names = self.world.names
        return NAME.sub(lambda hit: hit[0] if hit[1] in LITERAL else names[hit[1]], text)

    def _fill_json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, dict):
            return {name: self._fill_json(part) for name, part in value.items()}
        return [self._fill_json(part) for part in value] if isinstance(value, list) else value

    def _usual_headers(self, ask: Ask, content: bytes, given: set[str]) -> list[tuple[str, str]]:
        usual = [("Host", self.world.names["host"]), ("Connection", "close")]
        if ask.body is not None and ask.kind:
            usual.append(("Content-Type", ask.kind))
        if ask.is_chunked:
            usual.append(("Transfer-Encoding", "chunked"))
        elif ask.body is not None:
            usual.append(("Content-Length", str(len(content))))
        elif ask.method not in {"GET", "HEAD"}:
            usual.append(("Content-Length", "0"))
        if ask.by:
            usual.append(("Authorization", f"Bearer {self.world.names[ask.by]}"))
        return [(name, value) for name, value in usual if name.lower() not in given]

    def _compare(self, ask: Ask, answer: Answer) -> list[Wrong]:
        """What is wrong beyond the contract: what this step expects."""
        body = parse(answer)
        wrongs = self._refusal(ask, answer, body) + self._content(ask, answer, body)
        if ask.seconds and answer.seconds > ask.seconds:
            wrongs.append(Wrong(f"took {answer.seconds:.3f} s"))
        if ask.waits and int(answer.header("Retry-After") or 0) not in range(1, ask.waits + 1):
            wrongs.append(Wrong(f"Retry-After {answer.header('Retry-After')}"))
        return wrongs + self._twin(ask, answer) + self._keep(ask, body)

    def _refusal(self, ask: Ask, answer: Answer, body: dict[str, object]) -> list[Wrong]:
        """Status, and how it is said."""
        wrongs = list[Wrong]()
        if answer.status not in ask.status:
            # Let in, or failed: more than another way to say no.
            is_grave = answer.status >= 500 or answer.status < 300 <= min(ask.status)
            wrongs.append(Wrong(f"expected {sorted(ask.status)}", is_grave=is_grave))
        if answer.status >= 400 and ask.says and body.get("error") != self.fill(ask.says):
            wrongs.append(Wrong(f"expected the error {ask.says!r}"))
        if answer.status >= 400 and ask.code and body.get("code") != ask.code:
            wrongs.append(Wrong(f"expected the code {ask.code!r}"))
        if ask.spoiled and not _has_codes(body, ask.spoiled):
            wrongs.append(Wrong(f"fields has no codes for {ask.spoiled}"))
        return wrongs

    def _content(self, ask: Ask, answer: Answer, body: dict[str, object]) -> list[Wrong]:
        """What an answer tells, and must not."""
        wrongs = list[Wrong]()
        for name, value in ask.tells.items():
            if body.get(name, "absent") != self._fill_json(value):
                wrongs.append(Wrong(f"{name} is not {value!r}", is_grave=True))
        text = answer.content.decode("utf-8", "replace")
        wrongs += [
            Wrong(f"shows {lack!r}", is_grave=True) for lack in ask.lacks if self.fill(lack) in text
        ]
        wrongs += [
            Wrong(f"{name}: {answer.header(name)}")
            for name, value in ask.shows
            if answer.header(name) != value
        ]
        if ask.cookie:
            cookie = COOKIE.search(answer.header("Set-Cookie") or "")
            self.world.names[ask.cookie] = cookie[0] if cookie else ""
            wrongs += [] if cookie else [Wrong("no session of the admin")]
        return wrongs

    def _keep(self, ask: Ask, body: dict[str, object]) -> list[Wrong]:
        for name, path in ask.keep.items():
            value = _dig(body, path)
            if not isinstance(value, str):
                return [Wrong(f"no {path}")]
            self.world.names[name] = value
            self.world.names[f"{name}_hex"] = value.replace("-", "")
        return []

    def _twin(self, ask: Ask, answer: Answer) -> list[Wrong]:
        """Answers that must not be told apart."""
        if not ask.twin:
            return []
        # What is left of a limit is one less after each answer, whatever it says.
        moving = {"Date", "X-Request-ID"}
        headers = [
            (name, LEFT.sub("", value) if name == "RateLimit" else value)
            for name, value in answer.headers
            if name not in moving
        ]
        request_id = (answer.header("X-Request-ID") or "-").encode()
        seen = repr((answer.status, sorted(headers))).encode()
        seen += answer.content.replace(request_id, b"")
        known = self._twins.setdefault(ask.twin, seen)
        return [] if known == seen else [Wrong(f"differs from {known!r}", is_grave=True)]


def _has_codes(body: dict[str, object], name: str) -> bool:
    """Whether `fields` has machine codes for this one."""
    codes = _dig(body, f"fields.{name}")
    return isinstance(codes, list) and bool(codes) and all(CODE.fullmatch(code) for code in codes)


def _dig(value: object, path: str) -> object:
    """`invite.id` in nested objects; a number is the place in a list."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
