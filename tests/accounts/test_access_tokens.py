"""Access tokens: which are believed."""

import base64
import json
import string
import time
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.access_tokens import read_access_token
from accounts.models import Session, User
from organizations.services.users import disable_user, enable_user
from tests.accounts.forgery import HEADER, REMOVED, encode, forge, good_claims, sign
from tests.conftest import SETUP, Actor, log_in, refusal, session_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

UNAUTHORIZED = (401, "unauthorized", "unauthorized")
BASE64URL = string.ascii_letters + string.digits + "-_"
DAY = 86_400


@pytest.fixture
def ann() -> Actor:
    return log_in(UserFactory.create(email="ann@example.com"))


def status_of(token: str) -> int:
    answer = Actor(token).get("/me")
    if answer.status_code != 200:
        assert refusal(answer) == UNAUTHORIZED
        assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return int(answer.status_code)


def test_a_token_says_who_which_session_and_until_when(ann: Actor) -> None:
    header, payload, _ = (base64.urlsafe_b64decode(part + "==") for part in ann.token.split("."))
    claims = json.loads(payload)
    assert json.loads(header) == HEADER
    assert claims.keys() == {"sub", "sid", "jti", "iat", "exp", "token_type", "iss"}
    assert (claims["sub"], claims["sid"]) == (str(ann.user.pk), str(session_of(ann).pk))
    assert claims["exp"] - claims["iat"] == 900
    assert (claims["token_type"], claims["iss"]) == ("access", settings.PUBLIC_URL)


def test_the_forgers_own_good_token_is_believed(ann: Actor) -> None:
    """Else the refusals below would prove nothing."""
    assert status_of(forge(ann)) == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS384", "HS512", "RS256"])
def test_no_other_algorithm_is_believed(ann: Actor, algorithm: str) -> None:
    token = forge(ann, header={"alg": algorithm})
    assert status_of(token) == 401
    assert status_of(token.rpartition(".")[0] + ".") == 401


@pytest.mark.parametrize(
    "addition",
    [
        {"kid": "1"},
        {"kid": "../../../dev/null"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/keys"},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"typ": "at+jwt"},
        {"typ": None},
        {"alg": ["HS256"]},
        {"alg": None},
        {"alg": 256},
    ],
)
def test_a_header_that_we_never_wrote_is_refused(ann: Actor, addition: dict[str, object]) -> None:
    assert status_of(forge(ann, header=addition)) == 401


@pytest.mark.parametrize("key", ["", "x" * 64, "secret", "SECRET_KEY"])
def test_another_key_signs_nothing(ann: Actor, key: str) -> None:
    key = settings.SECRET_KEY if key == "SECRET_KEY" else key
    assert status_of(forge(ann, key=key)) == 401


@pytest.mark.parametrize("claim", ["sub", "sid", "jti", "iat", "exp", "token_type", "iss"])
def test_every_claim_is_needed(ann: Actor, claim: str) -> None:
    assert status_of(forge(ann, {claim: REMOVED})) == 401


NONSENSE: dict[str, list[Any]] = {
    "": [None, True, [], {}, ["x"], 1.5, 10**18],
    "sub": ["", "abc", 0, -1],
    "sid": ["", "abc", 0, -1],
    "jti": [0, -1],
    "iat": ["", "abc"],
    "exp": ["", "abc", 0, -1],
    "token_type": ["", "abc", 0, -1],
    "iss": ["", "abc", 0, -1],
}


@pytest.mark.parametrize(
    ("claim", "value"),
    [(claim, value) for claim in NONSENSE if claim for value in NONSENSE[""] + NONSENSE[claim]],
)
def test_no_claim_may_be_nonsense(ann: Actor, claim: str, value: object) -> None:
    assert status_of(forge(ann, {claim: value})) == 401


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1" * 400])
def test_no_time_may_be_a_nonsense_number(ann: Actor, claim: str, number: str) -> None:
    claims = {**good_claims(ann), claim: "NUMBER"}
    payload = json.dumps(claims).replace('"NUMBER"', number)
    assert status_of(sign(payload.encode())) == 401


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"token"',
        b"5",
        b"{",
        b"{}",
        b"\xff\xfe",
        b"\x00",
        b'{"exp":' + b"9" * 1400 + b"}",
        b"[" * 1400,
        b'{"sub":' * 200,
        b'{"sub":' + b"[" * 1400,
    ],
)
def test_signed_nonsense_is_refused(ann: Actor, payload: bytes) -> None:
    assert status_of(sign(payload)) == 401


def test_a_deeply_nested_claim_beside_good_ones_is_no_error(ann: Actor) -> None:
    nested = json.dumps(good_claims(ann))[:-1] + ', "x": ' + "[" * 500 + "]" * 500 + "}"
    assert status_of(sign(nested.encode())) in {200, 401}


@pytest.mark.parametrize(
    "header", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 1400, b'{"alg":"HS256"}']
)
def test_a_header_of_nonsense_is_refused(ann: Actor, header: bytes) -> None:
    _, payload, signature = forge(ann).split(".")
    assert status_of(f"{encode(header)}.{payload}.{signature}") == 401


@pytest.mark.parametrize(
    ("claim", "offset", "expected"),
    [
        ("exp", -3, 200),
        ("exp", -15, 401),
        ("exp", -DAY, 401),
        ("iat", 5, 200),
        ("iat", 60, 401),
        ("iat", 3600, 401),
        ("nbf", 5, 200),
        ("nbf", 60, 401),
        ("nbf", -DAY, 200),
    ],
)
def test_clocks_may_differ_by_ten_seconds(
    ann: Actor, claim: str, offset: int, expected: int
) -> None:
    assert status_of(forge(ann, {claim: int(time.time()) + offset})) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://another-installation.example"},
        {"iss": settings.PUBLIC_URL + "/"},
        {"iss": [settings.PUBLIC_URL]},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"token_type": "refresh"},
        {"token_type": "Access"},
    ],
)
def test_a_token_for_something_else_is_refused(ann: Actor, changes: dict[str, object]) -> None:
    assert status_of(forge(ann, changes)) == 401


@pytest.mark.parametrize("claim", ["sub", "sid"])
@pytest.mark.parametrize("style", ["{}", "{{{}}}", "urn:uuid:{}", " {}", "{}\n"])
def test_an_id_has_one_spelling(ann: Actor, claim: str, style: str) -> None:
    value = str(good_claims(ann)[claim])
    spelled = style.format(value.upper() if style == "{}" else value)
    assert status_of(forge(ann, {claim: spelled})) == 401
    assert status_of(forge(ann, {claim: value.replace("-", "")})) == 401


def test_a_session_serves_its_own_user_alone(ann: Actor, owner: Actor) -> None:
    assert status_of(forge(ann, {"sub": str(owner.user.pk)})) == 401
    assert status_of(forge(ann, {"sid": str(session_of(owner).pk)})) == 401
    assert status_of(forge(ann, {"sid": str(uuid.uuid4())})) == 401


def test_a_role_claim_is_not_believed(member: Actor) -> None:
    claims = {"role": "Owner", "is_staff": True, "permissions": ["org.manage"]}
    forged = Actor(forge(member, claims))
    organization = member.get("/organizations").json()["organizations"][0]["id"]
    answer = forged.patch(f"/organizations/{organization}/features", {})
    assert refusal(answer) == (403, "forbidden", "forbidden")


def test_no_change_of_one_character_and_no_truncation_verifies(ann: Actor) -> None:
    """Lenient base64url takes 3 to 15 spellings of a signature's last character."""
    token = ann.token
    changed = {
        token[:index] + letter + token[index + 1 :]
        for index in range(len(token))
        for letter in BASE64URL + ".=+/ !"
    } - {token}
    cut = [token[:length] for length in range(len(token))] + [token[1:], token[5:]]
    accepted = [forged for forged in [*changed, *cut] if read_access_token(forged)]
    assert accepted == []
    assert len(changed) + len(cut) > 20_000


def test_a_token_with_one_character_changed_or_missing_opens_no_door(ann: Actor) -> None:
    token = ann.token
    ends = [len(part) for part in (token.rsplit(".", 1)[0], token)]
    places = [*range(0, len(token), 7), *(end - 1 for end in ends)]
    changed = {
        token[:place] + letter + token[place + 1 :]
        for place in places
        for letter in BASE64URL[:: 1 if place + 1 in ends else 21]
    } - {token}
    assert {status_of(forged) for forged in changed} == {401}
    assert {status_of(token[:length]) for length in range(1, len(token), 5)} == {401}
    assert status_of(token) == 200


@pytest.mark.parametrize("change", ["{}=", "{}==", "{}.", ".{}", "{}.x", "{}\u00e9", "{0}.{0}"])
def test_a_token_with_something_added_is_refused(ann: Actor, change: str) -> None:
    assert status_of(change.format(ann.token)) == 401


def test_an_oversize_token_is_refused(ann: Actor) -> None:
    assert status_of(forge(ann, {"padding": "x" * 3000})) == 401


def test_a_refresh_token_is_no_access_token(ann: Actor) -> None:
    assert status_of(ann.refresh_token) == 401


def test_a_disabled_user_is_refused_from_the_next_request_on(ann: Actor) -> None:
    disable_user(user=ann.user, by=SETUP)
    assert status_of(ann.token) == 401
    enable_user(user=ann.user, by=SETUP)
    assert status_of(ann.token) == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"signup_status": "denied"}])
def test_the_user_is_looked_at_although_the_session_was_left_open(
    ann: Actor, change: dict[str, object]
) -> None:
    User.objects.update(**change)
    assert status_of(ann.token) == 401


def test_a_deleted_user_is_refused(ann: Actor) -> None:
    ann.user.delete()
    assert status_of(ann.token) == 401


def test_a_revoked_session_is_refused(ann: Actor) -> None:
    Session.objects.all().revoke(Session.RevokedReason.LOGGED_OUT, timezone.now())
    assert status_of(ann.token) == 401


def test_a_token_in_the_query_a_cookie_or_the_body_is_no_credential(ann: Actor) -> None:
    stranger = Actor()
    stranger.client.cookies["access_token"] = ann.token
    stranger.client.cookies["Authorization"] = f"Bearer {ann.token}"
    answers = [
        stranger.get(f"/me?access_token={ann.token}"),
        stranger.patch("/me", {"access_token": ann.token, "display_name": "x"}),
        stranger.get("/me", x_authorization=f"Bearer {ann.token}"),
        stranger.get("/me", proxy_authorization=f"Bearer {ann.token}"),
    ]
    assert [refusal(answer) for answer in answers] == [UNAUTHORIZED] * 4
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert User.objects.get(pk=ann.user.pk).display_name == ""


def test_an_admin_session_is_no_credential_of_the_api(owner: Actor) -> None:
    browser = Actor()
    browser.client.force_login(owner.user)
    assert refusal(browser.get("/me")) == UNAUTHORIZED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_claims_are_utf_8(ann: Actor, encoding: str) -> None:
    claims = json.dumps(good_claims(ann))
    assert Actor(sign(claims.encode())).get("/me").status_code == 200
    assert Actor(sign(claims.encode(encoding))).get("/me").status_code == 401
