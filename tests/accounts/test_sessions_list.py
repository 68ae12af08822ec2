"""GET /me/sessions and DELETE /me/sessions/{session}."""

import datetime as dt
import uuid

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Session
from tests.conftest import Actor, log_in, refusal, session_of
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

PATH = "/me/sessions"
FORBIDDEN = (403, "forbidden", "forbidden")
NOT_FOUND = (404, "session not found", "session_not_found")
SHAPE = {"id", "created_at", "last_used_at", "expires_at", "ip_address", "user_agent", "current"}


def ids(actor: Actor) -> list[str]:
    return [row["id"] for row in actor.get(PATH).json()["sessions"]]


def test_a_login_is_listed_with_where_it_came_from(member: Actor) -> None:
    body = {"email": member.user.email, "password": PASSWORD}
    token = Actor().post("/auth/login", body, **{"user-agent": "Firefox"}).json()["access_token"]
    rows = Actor(token).get(PATH).json()["sessions"]
    assert [row.keys() for row in rows] == [SHAPE] * 2
    (current,) = [row for row in rows if row["current"]]
    assert (current["user_agent"], current["ip_address"]) == ("Firefox", "127.0.0.1")
    assert current["expires_at"].endswith("Z")


@pytest.mark.parametrize(("days_left", "ends_in"), [(90, 7), (3, 3)])
def test_it_ends_a_week_after_its_last_refresh_and_never_after_its_absolute_end(
    member: Actor, days_left: int, ends_in: int
) -> None:
    now = timezone.now().replace(microsecond=0)
    Session.objects.update(last_used_at=now, expires_at=now + dt.timedelta(days=days_left))
    (row,) = member.get(PATH).json()["sessions"]
    assert dt.datetime.fromisoformat(row["expires_at"]) == now + dt.timedelta(days=ends_in)


def test_the_one_that_asks_is_marked(member: Actor) -> None:
    other = log_in(member.user)
    for actor in (member, other):
        rows = actor.get(PATH).json()["sessions"]
        assert [row["current"] for row in rows].count(True) == 1
    assert ids(member) == ids(other)


def test_the_most_recently_used_comes_first(member: Actor) -> None:
    first, second = session_of(member), log_in(member.user)
    second.post("/auth/refresh", {"refresh_token": second.refresh_token})
    assert ids(member)[1] == str(first.pk)


def test_those_of_others_are_not_listed(member: Actor, owner: Actor) -> None:
    assert ids(member) == [str(session_of(member).pk)]


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - dt.timedelta(seconds=1)},
        {"last_used_at": timezone.now() - settings.REFRESH_TOKEN_LIFETIME},
    ],
    ids=["revoked", "expired", "not refreshed in time"],
)
def test_one_that_has_ended_is_neither_listed_nor_found(
    member: Actor, fields: dict[str, object]
) -> None:
    ended = Session.objects.exclude(pk=session_of(member).pk)
    log_in(member.user)
    ended.update(**fields)
    (session,) = ended
    assert str(session.pk) not in ids(member)
    assert refusal(member.send("DELETE", f"{PATH}/{session.pk}")) == NOT_FOUND


def test_one_that_is_ended_is_dead_with_both_tokens_and_the_others_live(member: Actor) -> None:
    other = log_in(member.user)
    (other_id,) = set(ids(member)) - {str(Session.objects.earliest("pk").pk)}
    answer = member.send("DELETE", f"{PATH}/{other_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert other.get("/me").status_code == 401
    assert other.post("/auth/refresh", {"refresh_token": other.refresh_token}).status_code == 401
    assert member.get("/me").status_code == 200
    assert refusal(member.send("DELETE", f"{PATH}/{other_id}")) == NOT_FOUND


def test_the_current_one_can_be_ended(member: Actor) -> None:
    assert member.send("DELETE", f"{PATH}/{session_of(member).pk}").status_code == 204
    assert member.get(PATH).status_code == 401


def test_those_of_others_are_not_found_and_live_on(member: Actor, owner: Actor) -> None:
    for session_id in (session_of(owner).pk, uuid.uuid4()):
        assert refusal(member.send("DELETE", f"{PATH}/{session_id}")) == NOT_FOUND
    assert owner.get("/me").status_code == 200


def test_a_pending_account_sees_and_ends_its_own(pending: Actor) -> None:
    (session_id,) = ids(pending)
    assert pending.send("DELETE", f"{PATH}/{session_id}").status_code == 204


def test_it_is_for_people(bot: Actor, anonymous: Actor) -> None:
    assert refusal(bot.get(PATH)) == FORBIDDEN
    assert refusal(bot.send("DELETE", f"{PATH}/{uuid.uuid4()}")) == FORBIDDEN
    assert anonymous.get(PATH).status_code == 401


def test_no_token_is_shown(member: Actor) -> None:
    text = member.get(PATH).content.decode()
    assert not [token for token in (member.token, member.refresh_token) if token in text]


def test_one_event_tells_of_the_end(member: Actor) -> None:
    session = session_of(member)
    member.send("DELETE", f"{PATH}/{session.pk}")
    event = AuditEvent.objects.get(action="session.revoked")
    assert (event.actor_id, event.target_id) == (member.user.pk, session.pk)


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_any_length_costs_two_queries(member: Actor, count: int) -> None:
    for _ in range(count - 1):
        log_in(member.user)
    member.get(PATH)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(member)) == count
    assert len(queries) == 2
