"""POST /auth/login."""

import uuid

import argon2
import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import DjangoAssertNumQueries

from accounts.hashers import Argon2idHasher
from accounts.models import Session, ThrottleCounter, User
from organizations.services.users import disable_user
from tests.conftest import SETUP, Actor, Answer, log_in, refusal
from tests.factories import PASSWORD, SignupRequestFactory, UserFactory

pytestmark = pytest.mark.django_db

INVALID = (401, "invalid credentials", "invalid_credentials")


class OldHasher(Argon2idHasher):
    """What hashes were made with before the parameters were raised."""

    time_cost = 1
    memory_cost = 1024


@pytest.fixture
def ann() -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user


def try_login(password: object = PASSWORD, email: object = "ann@example.com") -> Answer:
    return Actor().post("/auth/login", {"email": email, "password": password})


def test_the_right_password_gives_a_token_pair(ann: User) -> None:
    answer = try_login()
    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert Actor(body["access_token"]).get("/me").json()["id"] == str(ann.pk)


def test_a_login_is_one_session_of_its_user_and_notes_where_it_came_from(ann: User) -> None:
    Actor().post(
        "/auth/login", {"email": ann.email, "password": PASSWORD}, user_agent="Firefox\x1b[31m"
    )
    session = Session.objects.get()
    assert (session.user, session.ip_address) == (ann, "127.0.0.1")
    assert (session.user_agent, session.revoked_at) == ("Firefox[31m", None)


def test_every_login_is_a_session_of_its_own(ann: User) -> None:
    tokens = {try_login().json()["refresh_token"] for _ in range(3)}
    assert (len(tokens), Session.objects.filter(user=ann).count()) == (3, 3)


def test_a_pending_account_is_told_so_and_logs_in() -> None:
    SignupRequestFactory.create(user__email="ann@example.com")
    answer = try_login()
    assert (answer.status_code, answer.json()["signup_pending"]) == (200, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "ann@example.com"},
        {"password": PASSWORD},
        {"email": "", "password": PASSWORD},
        {"email": "  ", "password": PASSWORD},
        {"email": "ann@example.com", "password": ""},
        {"email": None, "password": PASSWORD},
        {"email": "ann@example.com", "password": None},
    ],
)
def test_both_email_and_password_are_needed(ann: User, body: dict[str, object]) -> None:
    answer = Actor().post("/auth/login", body)
    expected = (400, "email and password required", "email_and_password_required")
    assert refusal(answer) == expected
    assert not Session.objects.exists()


@pytest.mark.parametrize("value", [1, True, ["ann@example.com", "eve@example.com"], {"a": "b"}])
@pytest.mark.parametrize("name", ["email", "password"])
def test_what_is_no_string_is_refused(ann: User, name: str, value: object) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD, name: value}
    answer = Actor().post("/auth/login", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"] == {name: ["invalid"]}
    assert not ThrottleCounter.objects.exists()


def test_no_body_is_invalid_json(anonymous: Actor) -> None:
    assert refusal(anonymous.post("/auth/login")) == (400, "invalid json", "invalid_json")


def signature(email: str, password: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a client sees of the answer to a login, which is the first of this minute."""
    ThrottleCounter.objects.all().delete()
    body = {"email": email, "password": password}
    answer = Actor().post("/auth/login", body, x_request_id="the-same-for-all")
    return answer.status_code, answer.content, sorted(answer.items())


def test_who_may_not_log_in_cannot_be_told_from_an_unknown_address(ann: User) -> None:
    disable_user(user=UserFactory.create(email="disabled@example.com"), by=SETUP)
    SignupRequestFactory.create(user__email="pending@example.com")
    UserFactory.create(email="denied@example.com", signup_status=User.SignupStatus.DENIED)
    tries = [
        ("ann@example.com", "a wrong password"),
        ("disabled@example.com", PASSWORD),
        ("disabled@example.com", "a wrong password"),
        ("pending@example.com", "a wrong password"),
        ("denied@example.com", "a wrong password"),
        ("not an address", PASSWORD),
    ]
    answers = [signature(email, password) for email, password in tries]
    unknown = signature("nobody@example.com", PASSWORD)
    assert answers == [unknown] * len(tries)
    assert unknown[0] == 401
    assert not Session.objects.exists()


def test_a_refused_login_names_the_scheme_and_no_broken_credential(ann: User) -> None:
    answer = try_login("a wrong password")
    assert refusal(answer) == INVALID
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("password", ["", "!", PASSWORD])
def test_a_service_account_has_no_password(bot: Actor, password: str) -> None:
    assert try_login(password or "!unusable", bot.user.email).status_code == 401
    assert not Session.objects.exists()


@pytest.mark.parametrize("stored", ["", "!", "plain", "md5$salt$00"])
def test_a_stored_hash_that_cannot_be_read_lets_nobody_in(ann: User, stored: str) -> None:
    User.objects.update(password=stored)
    assert refusal(try_login(stored or PASSWORD)) == INVALID


def test_a_denied_account_is_told_only_after_the_right_password(ann: User) -> None:
    User.objects.update(signup_status=User.SignupStatus.DENIED)
    assert refusal(try_login("a wrong password")) == INVALID
    assert refusal(try_login()) == (403, "signup_denied", "signup_denied")
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "email", ["ann@example.com", "ANN@Example.COM", "  ann@example.com\n", "Ann@EXAMPLE.com"]
)
def test_the_address_may_be_written_in_any_spelling(ann: User, email: str) -> None:
    assert try_login(email=email).status_code == 200


@pytest.mark.parametrize("email", ["ann@bücher.example", "ANN@BÜCHER.example"])
def test_an_international_domain_logs_in_in_either_form(email: str) -> None:
    UserFactory.create(email="ann@xn--bcher-kva.example")
    assert try_login(email=email).status_code == 200


@pytest.mark.parametrize(
    "email", ["ann@exampIe.com", "ann@example.com\u200b", "ａnn@example.com", "ann@example.com."]
)
def test_a_lookalike_address_is_another_one(ann: User, email: str) -> None:
    assert refusal(try_login(email=email)) == INVALID


@pytest.mark.parametrize(
    "typed", ["spaced words", " spaced words", "spaced words ", "Spaced words"]
)
def test_the_password_is_never_trimmed_or_folded(ann: User, typed: str) -> None:
    User.objects.update(password=make_password(" spaced words "))
    assert try_login(typed).status_code == 401
    assert try_login(" spaced words ").status_code == 200


def test_no_character_of_a_long_password_is_ignored(ann: User) -> None:
    password = "".join(chr(0x4E00 + number) for number in range(1024))
    User.objects.update(password=make_password(password))
    assert try_login(password[:-1]).status_code == 401
    assert try_login(password[:-1] + "x").status_code == 401
    assert try_login(password).status_code == 200


def test_63_of_64_characters_are_not_the_password(ann: User) -> None:
    User.objects.update(password=make_password("x7" * 32))
    assert try_login(("x7" * 32)[:63]).status_code == 401
    assert try_login("x7" * 32).status_code == 200


@pytest.mark.parametrize("length", [1025, 500_000])
def test_an_overlong_password_is_refused_unhashed(
    ann: User, length: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.update(password=make_password("x" * length))
    with django_assert_num_queries(0):
        answer = try_login("x" * length)
    assert (answer.status_code, answer.json()["fields"]) == (400, {"password": ["max_length"]})


@pytest.mark.parametrize(
    "email",
    [
        "' OR 1=1 --",
        "ann@example.com' OR ''='",
        "*)(uid=*))(|(uid=*",
        "{{7*7}}@example.com",
        "${jndi:ldap://x}",
        "%s%n@example.com",
        "x" * 900,
        "x" * 10_000,
        "@" * 500,
        "ann@" + "a." * 400,
    ],
)
def test_hostile_addresses_are_just_unknown(ann: User, email: str) -> None:
    assert try_login(email=email).status_code in {400, 401}
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["Bearer stale.access.token", "Bearer sa_000000000000000000000000000000000000", "Basic YTpi"],
)
def test_a_stale_authorization_header_is_not_looked_at(ann: User, header: str) -> None:
    body = {"email": ann.email, "password": PASSWORD}
    assert Actor().post("/auth/login", body, authorization=header).status_code == 200


def test_a_hash_of_old_parameters_is_renewed_and_other_sessions_live(
    ann: User, real_hashes: None
) -> None:
    hasher = OldHasher()
    User.objects.update(password=hasher.encode(PASSWORD, hasher.salt()))
    earlier = try_login().json()
    renewed = User.objects.get(pk=ann.pk).password
    assert argon2.extract_parameters(renewed.removeprefix("argon2")).memory_cost == 19_456
    assert try_login().status_code == 200
    answer = Actor().post("/auth/refresh", {"refresh_token": earlier["refresh_token"]})
    assert answer.status_code == 200


def test_a_session_from_before_the_renewal_still_refreshes(ann: User) -> None:
    hasher = OldHasher()
    User.objects.update(password=hasher.encode(PASSWORD, hasher.salt()))
    before = log_in(ann)
    assert try_login().status_code == 200
    answer = before.post("/auth/refresh", {"refresh_token": before.refresh_token})
    assert answer.status_code == 200
    assert Actor(answer.json()["access_token"]).get("/me").status_code == 200


def test_a_wrong_password_does_not_renew_the_hash(ann: User) -> None:
    hasher = OldHasher()
    old = hasher.encode(PASSWORD, hasher.salt())
    User.objects.update(password=old)
    assert try_login("a wrong password").status_code == 401
    assert User.objects.get(pk=ann.pk).password == old


def test_unknown_fields_are_ignored(ann: User) -> None:
    body = {"email": ann.email, "password": PASSWORD, "id": str(uuid.uuid4()), "is_staff": True}
    assert Actor().post("/auth/login", body).status_code == 200
    assert not User.objects.filter(is_staff=True).exists()
