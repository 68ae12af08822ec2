"""Request bodies: what is read, and what is refused before anything happens."""

import bz2
import json
from typing import Any

import pytest

from accounts.models import Session, ThrottleCounter, User
from tests.conftest import Actor, Answer, refusal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

INVALID_JSON = (400, "invalid json", "invalid_json")
UNSUPPORTED = (415, "content-type must be application/json in UTF-8", "unsupported_media_type")
TOO_LARGE = (413, "request body too large", "payload_too_large")
LENGTH_REQUIRED = (411, "content-length required", "length_required")
MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def ann() -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user


@pytest.fixture(params=["/auth/login", "/auth/refresh", "/auth/logout", "/auth/register"])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def post(path: str, content: str | bytes, kind: str = "application/json", **more: Any) -> Answer:
    return Actor().client.generic("POST", f"/api/v1{path}", content, kind, **more)


def login_body(**more: object) -> str:
    return json.dumps({"email": "ann@example.com", "password": PASSWORD, **more})


def nothing_happened() -> bool:
    return not (Session.objects.exists() or ThrottleCounter.objects.exists())


MALFORMED = {
    "empty": b"",
    "blank": b" \n",
    "brace": b"{",
    "truncated": b'{"email": "ann@example.com"',
    "null": b"null",
    "array": b"[]",
    "array of pairs": b'[["email", "ann@example.com"]]',
    "number": b"5",
    "string": b'"x"',
    "true": b"true",
    "two objects": b"{}{}",
    "trailing comma": b'{"email": "ann@example.com",}',
    "single quotes": b"{'email': 'ann@example.com'}",
    "comment": b"{} // no",
    "form": b"email=ann%40example.com",
    "NaN": b'{"email": NaN}',
    "Infinity": b'{"email": [Infinity]}',
    "-Infinity": b'{"x": -Infinity}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"email": "x"}'.encode("utf-16"),
    "Latin-1": '{"email": "\xe9"}'.encode("latin-1"),
    "overlong UTF-8": b'{"email": "\xc0\xaf"}',
    "encoded surrogate": b'{"email": "\xed\xa0\x80"}',
    "raw NUL": b'{"email": "\x00"}',
    "raw newline": b'{"email": "\n"}',
    "huge number": b'{"x": ' + b"9" * 5000 + b"}",
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and never closed": b'{"x":"' + b"[" * 101 + rb"\"" * 100_000,
    "never closed, after a backslash": b"[" * 101 + b'"' + b"\\" * 100_001,
    "closed deep arrays": b'{"x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "closed deep objects": b'{"x": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_json_object_is_refused(path: str, name: str) -> None:
    answer = post(path, MALFORMED[name])
    assert refusal(answer) == INVALID_JSON
    assert answer["Content-Type"] == "application/json"
    assert nothing_happened()


@pytest.mark.parametrize("name", MALFORMED)
def test_it_is_refused_behind_a_credential_too(name: str, member: Actor) -> None:
    assert refusal(member.send("PATCH", "/me", MALFORMED[name])) == INVALID_JSON
    assert member.get("/me").status_code == 200


UNSTORABLE = [
    r'{"email": "a\u0000b"}',
    r'{"password": "a\u0000b"}',
    r'{"unknown": "\u0000"}',
    r'{"\u0000": 1}',
    r'{"unknown": {"a": ["\u0000"]}}',
    r'{"unknown": [{"\u0000": 1}]}',
    r'{"email": "\ud800"}',
    r'{"email": "\udfff"}',
    r'{"email": "\udc00\ud800"}',
    r'{"\ud800": 1}',
    r'{"unknown": [{"a": "x\uD83D"}]}',
    r'{"email": "\ud83d\u0041"}',
]


@pytest.mark.parametrize("content", UNSTORABLE)
def test_nul_and_lone_surrogates_are_refused_anywhere(path: str, content: str) -> None:
    assert refusal(post(path, content)) == INVALID_JSON
    assert nothing_happened()


@pytest.mark.parametrize("depth", [50, 99, 100, 900])
@pytest.mark.parametrize("leaf", [r'"\u0000"', r'"\ud800"', r'"\u0041"', '"[[{"', "1"])
def test_nesting_is_read_to_a_depth_of_100(member: Actor, depth: int, leaf: str) -> None:
    for left, right in (("[", "]"), ('{"a":', "}")):
        nested = f'{{"unknown": {left * depth}{leaf}{right * depth}}}'
        is_good = depth < 100 and leaf not in (r'"\u0000"', r'"\ud800"')
        assert member.send("PATCH", "/me", nested).status_code == (200 if is_good else 400)


@pytest.mark.parametrize("name", ["[" * 5000, r"\"[{" * 1000, "\\\\" + "{" * 1000])
def test_brackets_in_text_are_no_nesting(member: Actor, name: str) -> None:
    assert member.send("PATCH", "/me", f'{{"unknown": "{name}"}}').status_code == 200
    wide = ",".join(["[]"] * 10_000)
    assert member.send("PATCH", "/me", f'{{"unknown": [{wide}]}}').status_code == 200


@pytest.mark.parametrize("depth", [1, 90, 900])
@pytest.mark.parametrize("field", ["email", "password"])
def test_a_nested_value_of_a_field_is_refused(field: str, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    body = f'{{"email": "ann@example.com", "password": "x", "{field}": {nested}}}'
    assert post("/auth/login", body).status_code == 400
    assert nothing_happened()


@pytest.mark.parametrize(
    "name", [r'"\u004d\u0069\u0061"', r'"\ud83d\ude80 Mia"', r'"back\\u0000slash"', '"Zoë 🚀"']
)
def test_other_escapes_are_fine(member: Actor, name: str) -> None:
    answer = member.send("PATCH", "/me", f'{{"display_name": {name}}}'.encode())
    assert answer.json()["display_name"] == json.loads(name)


def test_of_duplicate_keys_exactly_one_value_is_used() -> None:
    body = f'{{"email": "ann@example.com", "email": "eve@example.com", "password": "{PASSWORD}"}}'
    assert post("/auth/login", body).status_code == 401
    body = f'{{"email": "eve@example.com", "email": "ann@example.com", "password": "{PASSWORD}"}}'
    assert post("/auth/login", body).status_code == 200


def test_a_registration_with_duplicate_keys_makes_one_account() -> None:
    keys = '"email": "victim@example.com", "email": "eve@example.com", "organization_name": "Acme"'
    answer = post("/auth/register", f'{{{keys}, "password": "{PASSWORD}"}}')
    assert answer.status_code == 201
    assert set(User.objects.values_list("email", "email_key")) == {
        ("ann@example.com", "ann@example.com"),
        ("eve@example.com", "eve@example.com"),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/json; charset=utf8",
        "application/json; profile=x",
        "application/json;",
        "Application/JSON",
    ],
)
def test_json_in_utf_8_is_read_however_it_is_spelled(kind: str) -> None:
    assert post("/auth/login", login_body(), kind).status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/vnd.api+json",
        "application/jsonp",
        "application/*",
        "*/*",
        "json",
        "x" * 5000,
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "application/json; charset=utf-7",
        "application/json; charset=bz2_codec",
        "application/json; charset=zlib",
        "application/json; charset=rot13",
        "application/json; charset=unknown",
        "application/json; CHARSET=utf-16",
        "application/json; charset='utf-32'",
        "application/json; charset=utf-8\xa0",
    ],
)
def test_another_media_type_is_refused(path: str, kind: str) -> None:
    assert refusal(post(path, login_body(), kind)) == UNSUPPORTED
    assert nothing_happened()


def test_a_body_that_is_a_bomb_in_its_charset_is_not_inflated() -> None:
    bomb = bz2.compress(b"a" * 40_000_000)
    assert len(bomb) < 200
    for codec in ("bz2_codec", "bz2", "BZ2_CODEC"):
        answer = post("/auth/login", bomb, f"application/json; charset={codec}")
        assert refusal(answer) == UNSUPPORTED


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_compressed_body_is_not_inflated(encoding: str) -> None:
    answer = post("/auth/login", b"\x1f\x8b\x08\x00", HTTP_CONTENT_ENCODING=encoding)
    assert answer.status_code in {400, 415}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "application/xml"])
def test_a_post_without_a_body_needs_no_media_type(member: Actor, kind: str) -> None:
    assert refusal(post("/auth/login", b"", kind)) == INVALID_JSON
    assert member.send("POST", "/auth/logout-all", b"", kind).status_code == 204


@pytest.mark.parametrize("size", [MEBIBYTE + 1, 3_000_000, 10**15, 10**30])
def test_more_than_a_mebibyte_is_refused_by_its_length(path: str, size: int) -> None:
    answer = post(path, b"{}", CONTENT_LENGTH=str(size))
    assert refusal(answer) == TOO_LARGE
    assert nothing_happened()


def test_a_mebibyte_itself_is_read() -> None:
    padding = "x" * (MEBIBYTE - len(login_body(padding="")))
    body = login_body(padding=padding)
    assert len(body) == MEBIBYTE
    assert post("/auth/login", body).status_code == 200
    assert refusal(post("/auth/login", body + " ")) == TOO_LARGE


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 1000])
def test_a_chunked_body_needs_a_length(path: str, content: bytes) -> None:
    answer = post(path, content, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert refusal(answer) == LENGTH_REQUIRED
    assert nothing_happened()


def test_an_oversize_body_is_refused_whoever_sends_it(member: Actor) -> None:
    answer = member.client.patch("/api/v1/me", b"{}", CONTENT_LENGTH="3000000")
    assert refusal(answer) == TOO_LARGE


def test_a_get_may_say_that_it_sends_json(member: Actor) -> None:
    assert member.send("GET", "/me").status_code == 200


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "\x00"])
def test_the_body_of_a_get_is_not_read(member: Actor, content: str) -> None:
    assert member.send("GET", "/me", content).status_code == 200
