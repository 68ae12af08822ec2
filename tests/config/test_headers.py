"""What every answer carries."""

import re
import secrets

import pytest
from pytest_django import Settings

from accounts.models import ThrottleCounter
from config.middleware import _resolve
from tests.conftest import Actor, Answer, make_client
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

MADE_ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(params=["production", "debug"], autouse=True)
def mode(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.DEBUG = request.param == "debug"


def every_kind_of_answer(owner: Actor, settings: Settings) -> list[Answer]:
    """One answer of every status that can be had without breaking anything."""
    organization = owner.get("/organizations").json()["organizations"][0]["id"]
    new = {"email": "new@example.com", "password": PASSWORD}
    answers = [
        owner.get("/me"),
        owner.post("/auth/register", new),
        owner.post("/auth/logout", {"refresh_token": "x"}),
        owner.send("POST", "/auth/login", "{"),
        Actor().get("/me"),
        owner.post("/auth/login", {**new, "password": "a wrong one"}),
        owner.get("/organizations/00000000-0000-7000-8000-000000000000"),
        owner.get("/nothing"),
        owner.send("DELETE", f"/organizations/{organization}"),
        owner.send("GET", "/me", accept="text/html"),
        owner.post("/auth/register", new),
        owner.client.post(
            "/api/v1/auth/login", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
        ),
        owner.client.post("/api/v1/auth/login", CONTENT_LENGTH="3000000"),
        owner.send("POST", "/auth/login", "{}", "text/plain"),
        owner.client.get("/api/v1/me", HTTP_HOST="evil.example"),
    ]
    settings.AUTH_RATE_PER_MINUTE = 1
    return [*answers, owner.post("/auth/login", new)]


def test_every_answer_of_the_api_has_the_headers_of_all(owner: Actor, settings: Settings) -> None:
    answers = every_kind_of_answer(owner, settings)
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 201, 204, 400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 429}
    for answer in answers:
        assert MADE_ID.fullmatch(answer["X-Request-ID"])
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer.get("Content-Type") == ("application/json" if answer.content else None)


def test_errors_tell_code_and_request_id(owner: Actor, settings: Settings) -> None:
    for answer in every_kind_of_answer(owner, settings):
        if answer.status_code < 400:
            continue
        body = answer.json()
        assert body.keys() - {"fields"} == {"error", "code", "request_id"}
        assert body["request_id"] == answer["X-Request-ID"]
        assert ("fields" in body) <= (answer.status_code == 400)


def test_only_a_401_names_the_scheme(owner: Actor, settings: Settings) -> None:
    for answer in every_kind_of_answer(owner, settings):
        assert ("WWW-Authenticate" in answer) is (answer.status_code == 401)


def test_only_a_429_asks_to_wait(owner: Actor, settings: Settings) -> None:
    for answer in every_kind_of_answer(owner, settings):
        assert ("Retry-After" in answer) is (answer.status_code == 429)
    assert ThrottleCounter.objects.exists()


@pytest.mark.parametrize(
    "sent", ["abcdefgh", "a.b_c-d9", "01a20c79-9152-7bc3-9020-9d8b5823f2d4", "x" * 64, "........"]
)
def test_a_good_request_id_is_echoed(anonymous: Actor, sent: str) -> None:
    for path in ("/public/instance", "/me", "/nothing"):
        answer = anonymous.get(path, x_request_id=sent)
        assert answer["X-Request-ID"] == sent
        assert answer.json().get("request_id", sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "",
            "short",
            "x" * 65,
            "has a space",
            "abcdefgh\n",
            "abcdefg\u00e9",
            "abcdefgh;",
            "a/b/c/d/e",
        ),
        *("<script>alert(1)</script>", "abcdefgh\r\nSet-Cookie: a=b", "abcdefgh\x00", "١٢٣٤٥٦٧٨"),
    ],
)
def test_another_one_is_replaced(anonymous: Actor, sent: str) -> None:
    answer = anonymous.get("/me", x_request_id=sent)
    assert MADE_ID.fullmatch(answer["X-Request-ID"])
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_made_ids_differ(anonymous: Actor) -> None:
    assert len({anonymous.get("/me")["X-Request-ID"] for _ in range(20)}) == 20


@pytest.mark.parametrize("path", ["/health", "/healthz", "/admin/login/", "/nothing", "/static/x"])
def test_answers_outside_the_api_have_a_request_id_too(path: str) -> None:
    answer = make_client().get(path, headers={"x-request-id": "given-by-us"})
    assert answer["X-Request-ID"] == "given-by-us"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.org", True),
        ("https://evil.example", False),
        ("http://app.example.org", False),
        ("https://app.example.org.evil.example", False),
        ("null", False),
    ],
)
def test_browsers_of_other_origins_are_served_where_they_are_named(
    anonymous: Actor, origin: str, allowed: bool
) -> None:
    answers = [
        anonymous.get("/public/instance", origin=origin),
        anonymous.get("/me", origin=origin),
        anonymous.send("OPTIONS", "/me", origin=origin, access_control_request_method="PATCH"),
    ]
    for answer in answers:
        assert ("Access-Control-Allow-Origin" in answer) is allowed
        assert answer.get("Access-Control-Allow-Origin", origin) == origin
        assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("path", ["/api/docs", "/api/schema", "/api/v1/public/instance"])
def test_a_refused_method_can_be_read_by_a_browser_of_a_named_origin(path: str) -> None:
    origin = "https://app.example.org"
    answer = make_client().post(path, headers={"origin": origin})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (405, origin)
    assert "origin" in answer["Vary"]


@pytest.mark.parametrize("path", ["/api/docs", "/api/v1/me", "/api/nothing", "/admin/login/"])
def test_pages_and_answers_stay_by_themselves(path: str) -> None:
    answer = make_client().get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_token_in_the_path_of_an_invite_is_not_remembered(anonymous: Actor) -> None:
    _resolve.cache_clear()
    for path in ("/invites/", "//invites/", "/Invites/", "/invitation/"):
        anonymous.post(f"{path}{secrets.token_urlsafe(32)}/accept")
    anonymous.get(f"/{'x' * 200}")
    anonymous.get("/me")
    assert _resolve.cache_info().currsize == 1
