"""A program is told in time that its token expires."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccountToken
from tests.conftest import Actor, Answer, make_bot, make_client, refusal

pytestmark = pytest.mark.django_db

HEADER = "X-Token-Expires-In-Days"
SLACK = dt.timedelta(minutes=5)


def expire_in(left: dt.timedelta | None) -> None:
    expires_at = None if left is None else timezone.now() + left
    ServiceAccountToken.objects.update(expires_at=expires_at)


def days(answer: Answer) -> str | None:
    value: str | None = answer.get(HEADER)
    return value


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (None, None),
        (dt.timedelta(days=365), None),
        (dt.timedelta(days=30) + SLACK, None),
        (dt.timedelta(days=30) - SLACK, "29"),
        (dt.timedelta(days=7) + SLACK, "7"),
        (dt.timedelta(days=1) + SLACK, "1"),
        (dt.timedelta(days=1) - SLACK, "0"),
        (SLACK, "0"),
    ],
)
def test_from_thirty_days_before_answers_count_the_days(
    bot: Actor, left: dt.timedelta | None, told: str | None
) -> None:
    expire_in(left)
    answer = bot.get("/me")
    assert (answer.status_code, days(answer)) == (200, told)


def test_a_refusal_counts_them_too(bot: Actor, organization: Organization) -> None:
    expire_in(dt.timedelta(days=3, hours=1))
    answers = [
        bot.get(f"/organizations/{organization.pk}/spaces"),
        bot.patch("/me", {"display_name": 5}),
        bot.send("PATCH", "/me", "{"),
        bot.send("DELETE", "/me"),
        bot.get(f"/organizations/{organization.pk}/roles/{organization.pk}"),
    ]
    assert [answer.status_code for answer in answers] == [403, 400, 400, 405, 405]
    assert [days(answer) for answer in answers] == ["3"] * 5


def test_an_expired_token_is_refused_and_counts_nothing(bot: Actor) -> None:
    expire_in(-SLACK)
    answer = bot.get("/me")
    assert (refusal(answer), days(answer)) == ((401, "unauthorized", "unauthorized"), None)


def test_nobody_else_is_told(bot: Actor, owner: Actor) -> None:
    expire_in(dt.timedelta(days=3))
    answers = [
        owner.get("/me"),
        Actor().get("/me"),
        bot.post("/auth/logout", {"refresh_token": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 204]
    assert [days(answer) for answer in answers] == [None] * 3


def test_it_costs_no_query(organization: Organization) -> None:
    robot = make_bot(organization, Permission.BOARD_READ)
    robot.get("/organizations")
    expire_in(dt.timedelta(days=3))
    with CaptureQueriesContext(connection) as queries:
        assert days(robot.get("/organizations")) in {"2", "3"}
    assert len(queries) == 2


def test_a_page_of_another_origin_may_read_it() -> None:
    headers = {"origin": "https://app.example.org"}
    answer = make_client().get("/api/v1/public/instance", headers=headers)
    assert HEADER in answer["Access-Control-Expose-Headers"].split(", ")
