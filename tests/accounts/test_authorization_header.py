"""The Authorization header, and what reading it costs."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.accounts.forgery import forge
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

UNAUTHORIZED = (401, "unauthorized", "unauthorized")


@pytest.fixture(params=["access token", "service account token"])
def caller(request: pytest.FixtureRequest) -> Actor:
    """Somebody who was seen a moment ago, with either kind of credential."""
    if request.param == "access token":
        actor = log_in(UserFactory.create())
    else:
        actor = make_bot(request.getfixturevalue("organization"))
    actor.get("/me")
    return actor


def with_header(header: str) -> tuple[int, str]:
    answer = Actor().get("/me", authorization=header)
    return answer.status_code, answer.get("WWW-Authenticate", "")


def test_without_a_header_no_error_is_named(anonymous: Actor) -> None:
    answer = anonymous.get("/me")
    assert refusal(answer) == UNAUTHORIZED
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_matched_without_regard_to_case(caller: Actor, scheme: str) -> None:
    assert with_header(f"{scheme} {caller.token}") == (200, "")


@pytest.mark.parametrize("header", ["Bearer  {}", "Bearer     {}", " Bearer {} "])
def test_spaces_around_the_token_do_not_matter(caller: Actor, header: str) -> None:
    assert with_header(header.format(caller.token)) == (200, "")


@pytest.mark.parametrize(
    "header",
    ["", " ", "Bearer", "Bearer ", "Basic YTpi", "{}", "Token {}", "Bearer{}", "Bearer:{}"],
)
def test_another_scheme_is_no_credential(caller: Actor, header: str) -> None:
    assert with_header(header.format(caller.token)) == (401, "Bearer")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer {0} {0}",
        "Bearer {0},Bearer {0}",
        "Bearer {0}, Bearer x",
        "Bearer x, Bearer {0}",
        "Bearer {0};",
        'Bearer "{0}"',
        "Bearer token={0}",
        "Bearer {0}\u00e9",
        "Bearer \u00e9\u00ff",
        "Bearer {0}\x00",
        "Bearer .",
        "Bearer ..",
        "Bearer sa_",
        "Bearer null",
        "Bearer undefined",
    ],
)
def test_a_header_that_is_malformed_is_a_bad_credential(caller: Actor, header: str) -> None:
    refused = (401, 'Bearer error="invalid_token"')
    assert with_header(header.format(caller.token)) == refused


def test_authentication_takes_one_query(
    caller: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert caller.send("PATCH", "/me", "{").status_code == 400


def test_a_token_that_does_not_verify_takes_no_query(
    caller: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    last = caller.token[-1]
    with django_assert_num_queries(0):
        assert (
            Actor(caller.token[:-1] + ("A" if last != "A" else "B")).get("/me").status_code == 401
        )


def test_an_expired_token_takes_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    expired = forge(log_in(UserFactory.create()), {"exp": 1})
    with django_assert_num_queries(0):
        assert Actor(expired).get("/me").status_code == 401


def test_a_caller_is_noted_as_seen_at_most_every_five_minutes(caller: Actor) -> None:
    now = timezone.now()
    recently, earlier = now - dt.timedelta(minutes=4), now - dt.timedelta(minutes=6)
    User.objects.update(last_seen_at=recently)
    caller.get("/me")
    assert User.objects.get(pk=caller.user.pk).last_seen_at == recently
    User.objects.update(last_seen_at=earlier)
    caller.get("/me")
    if caller.token.startswith("sa_"):
        return  # noted with the use of the token, see test_authentication
    assert (User.objects.get(pk=caller.user.pk).last_seen_at or earlier) > now
