"""manage.py revoke_sessions."""

import pytest

from accounts.models import AuditEvent, Session
from tests.accounts.commands import run
from tests.conftest import Actor, log_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def is_in(actor: Actor) -> bool:
    return bool(actor.get("/me").status_code == 200)


def test_all_sessions_of_a_user_end_with_both_tokens(member: Actor, owner: Actor) -> None:
    other = log_in(member.user)
    ran = run("revoke_sessions", "member@example.com")
    assert (ran.status, ran.out, ran.err) == (0, "", "2 session(s) ended\n")
    assert [is_in(actor) for actor in (member, other, owner)] == [False, False, True]
    for actor in (member, other):
        body = {"refresh_token": actor.refresh_token}
        assert Actor().post("/auth/refresh", body).status_code == 401


@pytest.mark.parametrize("email", ["MEMBER@Example.com", " member@example.com "])
def test_the_address_may_be_in_any_spelling(member: Actor, email: str) -> None:
    assert run("revoke_sessions", email).status == 0
    assert not is_in(member)


def test_everybody_is_logged_out_with_all(member: Actor, owner: Actor, bot: Actor) -> None:
    ran = run("revoke_sessions", "--all")
    assert (ran.status, ran.err) == (0, "2 session(s) ended\n")
    assert [is_in(actor) for actor in (member, owner)] == [False, False]
    assert is_in(bot)  # a token is no session
    reasons = set(Session.objects.values_list("revoked_reason", flat=True))
    assert reasons == {"revoked_by_command"}


def test_everybody_can_log_in_again(member: Actor) -> None:
    run("revoke_sessions", "--all")
    body = {"email": "member@example.com", "password": PASSWORD}
    assert Actor().post("/auth/login", body).status_code == 200


def test_who_is_unknown_is_refused(member: Actor) -> None:
    ran = run("revoke_sessions", "nobody@example.com")
    assert (ran.status, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert is_in(member)


@pytest.mark.parametrize("arguments", [(), ("member@example.com", "--all")])
def test_it_is_an_address_or_all(member: Actor, arguments: tuple[str, ...]) -> None:
    ran = run("revoke_sessions", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert is_in(member)


@pytest.mark.parametrize("email", ["", "a\x00b@example.com", "\udcff@example.com", "x" * 5000])
def test_what_is_no_address_is_refused_without_a_trace(member: Actor, email: str) -> None:
    assert run("revoke_sessions", email).status in {1, 2}
    assert is_in(member)


def test_a_second_time_ends_none(member: Actor) -> None:
    run("revoke_sessions", "member@example.com")
    ran = run("revoke_sessions", "member@example.com")
    assert (ran.status, ran.err) == (0, "0 session(s) ended\n")
    assert AuditEvent.objects.filter(action="sessions.revoked").count() == 1


def test_one_event_a_user_tells_of_it(member: Actor, owner: Actor) -> None:
    log_in(member.user)
    run("revoke_sessions", "--all")
    events = AuditEvent.objects.filter(action="sessions.revoked")
    told = {event.target_id: event.after["count"] for event in events}
    assert told == {member.user.pk: 2, owner.user.pk: 1}
    assert {(event.door, event.actor_id) for event in events} == {("command", None)}
