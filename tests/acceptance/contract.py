"""What holds for every answer, whatever was asked: the checks that no row has to repeat."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache

from tests.acceptance.wire import Answer
from tests.server import ROOT

NO_BODY = {204, 304}
# What an answer must never tell: traces, statements, drivers, files, hashes, pages of a debugger.
LEAKS = re.compile(
    rb"Traceback|File \"|site-packages|psycopg|sqlite3|django\.|rest_framework"
    rb"|SELECT |INSERT INTO|UPDATE \"|argon2\$|pbkdf2_|DoesNotExist|IntegrityError"
    rb"|OperationalError|0x[0-9a-f]{8,}|/usr/|/home/|/tmp/|/var/"
)
TOKEN = re.compile(rb"\bsa_[0-9A-Za-z]{36}\b")  # told once, by the answer that creates it
HTML = re.compile(rb"<\s*(!doctype|html|body|h1)", re.IGNORECASE)
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Wrong(str):
    """One thing that is wrong with an answer; `is_grave` tells more than a matter of form."""

    __slots__ = ("is_grave",)
    is_grave: bool

    def __new__(cls, text: str, *, is_grave: bool = False) -> "Wrong":
        wrong = super().__new__(cls, text)
        wrong.is_grave = is_grave
        return wrong


def check(method: str, answer: Answer, secrets: Iterable[str] = ()) -> list[Wrong]:
    """What is wrong with an answer of the API."""
    if answer.status == 0:
        return [Wrong(f"no answer: {answer.content!r}", is_grave=True)]
    wrongs = _safe(answer, secrets)
    if answer.header("Content-Length") not in _lengths(method, answer):
        wrongs.append(Wrong(f"Content-Length {answer.header('Content-Length')}"))
    wrongs += [Wrong(text) for text in _headers(answer)]
    if method != "HEAD" and answer.status not in NO_BODY:
        wrongs += _body(answer)
    return wrongs


def check_page(_method: str, answer: Answer, secrets: Iterable[str] = ()) -> list[Wrong]:
    """What is wrong with an answer that may be a page (the admin, or the HTTP server's own)."""
    if answer.status == 0:
        return [Wrong(f"no answer: {answer.content!r}", is_grave=True)]
    return _safe(answer, secrets)


def _safe(answer: Answer, secrets: Iterable[str]) -> list[Wrong]:
    wrongs = []
    everything = answer.content + repr(answer.headers).encode()
    if found := LEAKS.search(everything):
        wrongs.append(Wrong(f"tells {found[0]!r}", is_grave=True))
    if answer.status != 201 and (found := TOKEN.search(everything)):
        wrongs.append(Wrong(f"tells {found[0]!r}", is_grave=True))
    if any(secret.encode() in everything for secret in secrets):
        wrongs.append(Wrong("tells a secret", is_grave=True))
    return wrongs


def _lengths(method: str, answer: Answer) -> set[str | None]:
    """The values of Content-Length that are sane."""
    if answer.status in NO_BODY:
        return {None, "0"}
    if method == "HEAD":
        length = answer.header("Content-Length")
        return {length if length and length.isdigit() else "a number"}
    return {str(len(answer.content))}


def _headers(answer: Answer) -> Iterable[str]:
    if answer.header("Cache-Control") != "no-store":
        yield "Cache-Control is not no-store"
    if answer.header("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    if not REQUEST_ID.fullmatch(answer.header("X-Request-ID") or ""):
        yield "no X-Request-ID"
    if answer.status == 401 and not (answer.header("WWW-Authenticate") or "").startswith("Bearer"):
        yield "401 without WWW-Authenticate: Bearer"
    if answer.status == 405 and not answer.header("Allow"):
        yield "405 without Allow"
    if answer.status in {429, 503} and not (answer.header("Retry-After") or "").isdigit():
        yield f"{answer.status} without Retry-After"


def _body(answer: Answer) -> list[Wrong]:
    if not (answer.header("Content-Type") or "").startswith("application/json"):
        is_html = bool(HTML.search(answer.content))
        text = f"Content-Type {answer.header('Content-Type')}"
        return [Wrong(text + (" (HTML)" if is_html else ""), is_grave=is_html)]
    body = parse(answer)
    if not body:
        return [Wrong("no JSON object")]
    return [Wrong(text) for text in _error(answer, body)] if answer.status >= 400 else []


def _error(answer: Answer, body: Mapping[str, object]) -> Iterable[str]:
    if body.keys() - {"fields"} != {"error", "code", "request_id"}:
        yield f"an error with the keys {sorted(body)}"
        return
    if body["request_id"] != answer.header("X-Request-ID"):
        yield "request_id is not that of the header"
    status, errors = documented().get(str(body["code"]), (0, ""))
    if status != answer.status:
        yield f"code {body['code']} of status {status} with {answer.status}"
    if errors[:1] != "*" and str(body["error"]) not in errors.split("; "):
        is_listed = any(str(body["error"]) == part for part in errors.split(", "))
        if not is_listed:
            yield f"{body['error']!r} is not documented for {body['code']}"


def parse(answer: Answer) -> dict[str, object]:
    """The JSON object of an answer; empty for anything else."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


@cache
def documented() -> dict[str, tuple[int, str]]:
    """The status and the errors of each code, from the page for the API's users."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*?) \|", text, re.MULTILINE)
    return {code: (int(status), errors) for code, status, errors in rows}
