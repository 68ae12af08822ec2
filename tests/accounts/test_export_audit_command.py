"""manage.py export_audit."""

import datetime as dt
import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.audit import Action, record
from accounts.models import AuditEvent
from tests.accounts.commands import run
from tests.conftest import SETUP, Actor
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SHAPE = {
    "id",
    "created_at",
    "action",
    "actor_id",
    "actor_email",
    "door",
    "credential_kind",
    "credential_id",
    "credential_hint",
    "organization_id",
    "target_kind",
    "target_id",
    "before",
    "after",
    "ip_address",
    "user_agent",
    "request_id",
}


def export(*arguments: str) -> list[dict[str, Any]]:
    ran = run("export_audit", *arguments)
    assert (ran.status, ran.err) == (0, "")
    *lines, rest = ran.out.split("\n")  # and at nothing else that Python calls a line's end
    assert rest == ""
    return [json.loads(line) for line in lines]


def test_each_line_is_one_event_oldest_first(member: Actor) -> None:
    member.patch("/me", {"display_name": "Mia"})
    lines = export()
    assert [line.keys() for line in lines] == [SHAPE] * AuditEvent.objects.count()
    assert lines[-1]["action"] == "user.renamed"
    moments = [line["created_at"] for line in lines]
    assert moments == sorted(moments)
    assert all(moment.endswith("Z") for moment in moments)


def test_a_line_tells_who_did_what_to_whom(member: Actor) -> None:
    member.patch("/me", {"display_name": "Mia"}, **{"x-request-id": "request-1"})
    line = export()[-1]
    assert (line["actor_id"], line["target_id"]) == (str(member.user.pk), str(member.user.pk))
    assert (line["door"], line["request_id"]) == ("api", "request-1")
    assert line["after"] == {"display_name": "Mia"}


def test_one_action_is_asked_for(member: Actor) -> None:
    Actor().post("/auth/login", {"email": "member@example.com", "password": "wrong"})
    lines = export("--action", "login.failed")
    assert [line["action"] for line in lines] == ["login.failed"]
    assert export("--action", "password.reset") == []


def test_all_since_a_moment_is_asked_for(member: Actor) -> None:
    for day in (1, 2, 3):
        at = dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC)
        AuditEvent.objects.create(created_at=at, action="space.created", door="api")
    days = ("--action", "space.created", "--since")
    told = [line["created_at"][:10] for line in export(*days, "2026-01-02")]
    assert told == ["2026-01-02", "2026-01-03"]
    assert export(*days, "2026-01-02T12:00:00Z")[0]["created_at"][:10] == "2026-01-02"
    assert len(export(*days, "2026-01-02T13:30:00+01:00")) == 1
    assert export(*days, "2026-01-04") == []


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30", "2026-01-02T12:00:00", "0001-01-01T00:00:00+23:00", "1" * 9999],
)
def test_what_is_no_moment_is_bad_usage(text: str) -> None:
    ran = run("export_audit", f"--since={text}")
    assert (ran.status, ran.out) == (1, "")
    assert "is not a time such as 2027-01-31" in ran.err


def test_what_was_typed_cannot_break_a_line(member: Actor) -> None:
    record(Action.USER_RENAMED, by=SETUP, after={"display_name": 'a\n{"id": 1}\u2028\r"'})
    (line,) = export("--action", "user.renamed")
    assert line["after"] == {"display_name": 'a\n{"id": 1}\u2028\r"'}


def test_an_empty_trail_is_no_line(db: None) -> None:
    assert run("export_audit") == (0, "", "")


def test_no_secret_is_exported(member: Actor, bot: Actor) -> None:
    Actor().post("/auth/login", {"email": "member@example.com", "password": PASSWORD})
    out = run("export_audit").out
    tokens = (PASSWORD, member.token, member.refresh_token, bot.token)
    assert not [secret for secret in tokens if secret in out]


def test_nothing_is_written(
    member: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before = list(AuditEvent.objects.order_by("pk").values())
    with django_assert_num_queries(1):
        export()
    assert list(AuditEvent.objects.order_by("pk").values()) == before
