"""The audit trail: an event for every change, in its transaction, without secrets, for ever."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from string import Template
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.audit import Action, DetailNotAllowed, record
from accounts.models import AuditEvent, Session
from organizations.models import Organization, SignupRequest
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.tokens import make_token
from tests.accounts.commands import run
from tests.conftest import SETUP, Actor, Answer, log_in, make_bot
from tests.factories import PASSWORD, InviteFactory, SpaceFactory, make_role

pytestmark = pytest.mark.django_db

# method, path, body, and the actions that the change leaves, in order
CHANGES = [
    ("PATCH", "/me", '{"display_name": "New"}', ["user.renamed"]),
    ("DELETE", "/me/sessions/$session", "", ["session.revoked"]),
    ("POST", "/auth/logout-all", "", ["sessions.revoked"]),
    (
        "POST",
        "/me/password",
        f'{{"current_password": "{PASSWORD}", "new_password": "another long phrase"}}',
        ["password.changed", "sessions.revoked"],
    ),
    ("PATCH", "$org", '{"name": "Apex"}', ["organization.changed"]),
    ("PATCH", "$org/features", '{"open_signups_enabled": false}', ["organization.changed"]),
    ("POST", "$org/roles", '{"name": "New"}', ["role.created"]),
    ("PATCH", "$org/roles/$role", '{"name": "New"}', ["role.changed"]),
    ("DELETE", "$org/roles/$role", "", ["role.deleted"]),
    ("PUT", "$org/members/$member/roles", '{"role_ids": ["$role"]}', ["member.roles_changed"]),
    ("DELETE", "$org/members/$member", "", ["member.removed"]),
    ("POST", "$org/invites", "", ["invite.created"]),
    ("DELETE", "$org/invites/$invite", "", ["invite.revoked"]),
    ("POST", "/invites/come-in/accept", "", ["invite.accepted"]),
    ("POST", "$org/signup-requests/$request/approve", "", ["member.added", "signup.approved"]),
    ("POST", "$org/signup-requests/$request/deny", "", ["sessions.revoked", "signup.denied"]),
    ("POST", "$org/spaces", '{"name": "New"}', ["space.created"]),
    ("PATCH", "$org/spaces/$space", '{"name": "New"}', ["space.changed"]),
    ("DELETE", "$org/spaces/$space", "", ["space.deleted"]),
    ("PUT", "$org/spaces/$space/access", '{"role_ids": ["$role"]}', ["space.access_changed"]),
    (
        "POST",
        "$org/service-accounts",
        '{"name": "New"}',
        ["service_account.created", "token.issued"],
    ),
    ("PATCH", "$org/service-accounts/$account", '{"name": "New"}', ["service_account.changed"]),
    ("DELETE", "$org/service-accounts/$account", "", ["service_account.deleted"]),
    ("POST", "$org/service-accounts/$account/tokens", "", ["token.issued"]),
    ("DELETE", "$org/service-accounts/$account/tokens/$token", "", ["token.revoked"]),
    ("POST", "$org/service-accounts/$account/tokens/$token/rotate", "", ["token.rotated"]),
]
Change = tuple[str, str, str, list[str]]


@pytest.fixture
def world(
    organization: Organization, owner: Actor, member: Actor, pending: Actor, bot: Actor
) -> dict[str, object]:
    """One thing of each kind."""
    invite = InviteFactory.create(organization=organization, created_by=owner.user, token="come-in")
    session = Session.objects.get(user=owner.user)
    log_in(owner.user)
    return {
        "org": f"/organizations/{organization.pk}",
        "session": Session.objects.exclude(pk=session.pk).get(user=owner.user).pk,
        "member": member.user.pk,
        "role": make_role(organization, name="Reader").pk,
        "invite": invite.pk,
        "request": SignupRequest.objects.get().pk,
        "space": SpaceFactory.create(organization=organization).pk,
        "account": ServiceAccount.objects.get().pk,
        "token": ServiceAccountToken.objects.get().pk,
    }


@pytest.fixture(params=CHANGES, ids=lambda change: f"{change[0]} {change[1]}")
def change(request: pytest.FixtureRequest) -> Change:
    found: Change = request.param
    return found


def do(actor: Actor, change: Change, world: dict[str, object], **headers: str) -> Answer:
    method, path, body, _ = change
    texts = (Template(text).substitute(world) for text in (path, body))
    return actor.send(method, *texts, **headers)


def rows() -> list[list[Any]]:
    """Everything that a change could change, but for when somebody was last seen."""
    labels = ("accounts", "organizations", "service_accounts")
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    skipped = {"last_used_at", "last_seen_at"}
    return [
        [
            {k: v for k, v in row.items() if k not in skipped}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
        if model._meta.model_name not in {"throttlecounter", "auditevent"}
    ]


@contextmanager
def without_a_trail() -> Iterator[None]:
    """No event can be stored in here: the table goes by another name."""
    names = ("accounts_auditevent", "accounts_elsewhere")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE {} RENAME TO {}".format(*names))
        yield
        cursor.execute("ALTER TABLE {1} RENAME TO {0}".format(*names))


def test_a_change_leaves_its_events(owner: Actor, world: dict[str, object], change: Change) -> None:
    answer = do(owner, change, world, **{"x-request-id": "request-1", "user-agent": "Firefox"})
    assert answer.status_code < 300
    events = AuditEvent.objects.filter(request_id="request-1").order_by("pk")
    assert sorted(event.action for event in events) == change[3]
    for event in events:
        assert (event.actor_id, event.actor_email) == (owner.user.pk, "owner@example.com")
        assert (event.door, event.credential_kind) == ("api", "session")
        assert (event.ip_address, event.user_agent) == ("127.0.0.1", "Firefox")


def test_a_change_that_cannot_be_told_does_not_happen(
    owner: Actor, world: dict[str, object], change: Change
) -> None:
    before = rows()
    with without_a_trail():
        assert do(owner, change, world).status_code >= 500
    assert rows() == before


def test_what_is_refused_leaves_no_event(
    member: Actor, world: dict[str, object], change: Change
) -> None:
    count = AuditEvent.objects.count()
    answer = do(Actor(), change, world)
    assert answer.status_code == 401
    if change[1].startswith("$org"):
        assert do(member, change, world).status_code == 403
    assert AuditEvent.objects.count() == count


def test_a_service_account_is_named_with_the_hint_of_its_token(organization: Organization) -> None:
    bot = make_bot(organization, Permission.ORG_MANAGE)
    bot.patch(f"/organizations/{organization.pk}", {"name": "Apex"})
    event = AuditEvent.objects.get(action="organization.changed")
    assert (event.actor_id, event.credential_kind) == (bot.user.pk, "service_account_token")
    assert event.credential_hint == f"sa_…{bot.token[-4:]}"
    assert event.credential_id == ServiceAccountToken.objects.get().pk


def test_log_ins_are_told(member: Actor) -> None:
    for password in (PASSWORD, "wrong password"):
        Actor().post("/auth/login", {"email": "member@example.com", "password": password})
    events = AuditEvent.objects.filter(action__startswith="login.").order_by("pk")
    assert [event.action for event in events] == ["login.succeeded", "login.failed"]
    assert {event.target_id for event in events} == {member.user.pk}


def test_an_unknown_address_that_was_typed_is_not_kept(db: None) -> None:
    Actor().post("/auth/login", {"email": "who@example.com", "password": "wrong password"})
    event = AuditEvent.objects.get(action="login.failed")
    assert (event.actor_id, event.target_id) == (None, None)
    assert "who@example.com" not in str(AuditEvent.objects.values())


def test_an_event_cannot_be_changed_or_deleted(owner: Actor) -> None:
    event = AuditEvent.objects.first()
    assert event is not None
    for refused in (event.save, event.delete):
        with pytest.raises(TypeError, match="append-only"):
            refused()
    event.action = "forged"
    with pytest.raises(TypeError, match="append-only"):
        event.save(update_fields=["action"])
    assert not AuditEvent.objects.filter(action="forged").exists()


def test_nor_can_many_at_once(owner: Actor) -> None:
    events = AuditEvent.objects.order_by("pk")
    before = list(events.values())
    with pytest.raises(TypeError, match="append-only"):
        events.update(action="forged")
    with pytest.raises(TypeError, match="append-only"):
        events.delete()
    assert list(events.values()) == before


def test_it_outlives_whom_it_tells_of(owner: Actor, member: Actor) -> None:
    member.patch("/me", {"display_name": "Mia"})
    member.user.delete()
    event = AuditEvent.objects.get(action="user.renamed")
    assert event.actor_email == "member@example.com"


def trail() -> str:
    return json.dumps(list(AuditEvent.objects.values()), default=str, ensure_ascii=False)


NAMES = [
    ("PATCH", "/me", "display_name"),
    ("PATCH", "$org", "name"),
    ("POST", "$org/roles", "name"),
    ("PATCH", "$org/roles/$role", "name"),
    ("POST", "$org/spaces", "name"),
    ("PATCH", "$org/spaces/$space", "name"),
    ("POST", "$org/service-accounts", "name"),
    ("PATCH", "$org/service-accounts/$account", "name"),
    ("PATCH", "$org/service-accounts/$account", "cursor_default_ref"),
    ("POST", "$org/signup-requests/$request/deny", "reason"),
]


@pytest.mark.parametrize(("method", "path", "field"), NAMES)
def test_a_token_that_was_pasted_into_a_name_is_blotted_out(
    owner: Actor, world: dict[str, object], method: str, path: str, field: str
) -> None:
    token = make_token()
    body = json.dumps({"name": "x", field: f"mine: {token}"})
    assert do(owner, (method, path, body, []), world).status_code < 300
    assert "[secret]" in trail()
    assert not re.search(r"sa_[0-9A-Za-z]{36}", trail())


@pytest.mark.parametrize("kind", ["access", "refresh", "service account"])
def test_a_token_in_the_user_agent_is_blotted_out(owner: Actor, kind: str) -> None:
    tokens = {"access": owner.token, "refresh": owner.refresh_token}
    token = tokens.get(kind, make_token())
    owner.patch("/me", {"display_name": "New"}, **{"user-agent": f"curl {token}"})
    assert token not in trail()


def test_a_token_that_is_cut_off_with_its_text_is_blotted_out_too(owner: Actor) -> None:
    """What is missing is a checksum: whoever reads the rest computes it."""
    token = make_token()
    owner.patch("/me", {"display_name": "New"}, **{"user-agent": f"{'x' * 364} {token}"})
    assert token[:33] not in trail()


def test_a_token_in_the_user_agent_of_a_log_in_is_not_kept_with_the_session(
    member: Actor,
) -> None:
    token = make_token()
    body = {"email": "member@example.com", "password": PASSWORD}
    Actor().post("/auth/login", body, **{"user-agent": f"curl {token}"})
    assert token not in str(Session.objects.values())


@pytest.mark.parametrize("kind", ["refresh", "service account"])
def test_a_token_as_request_id_is_not_kept(owner: Actor, kind: str) -> None:
    token = owner.refresh_token if kind == "refresh" else make_token()
    owner.patch("/me", {"display_name": "New"}, **{"x-request-id": token})
    assert token not in trail()


def test_no_secret_of_a_whole_story_is_kept(db: None) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD, "organization_name": "Acme"}
    first = Actor().post("/auth/register", body).json()
    ann = Actor(first["access_token"])
    base = f"/organizations/{Organization.objects.get().pk}"
    account = ann.post(f"{base}/service-accounts", {"name": "Bot"}).json()
    invite = ann.post(f"{base}/invites", {}).json()["token"]
    tokens = f"{base}/service-accounts/{account['service_account']['id']}/tokens"
    second = ann.post(tokens, {"name": "laptop"}).json()["token"]
    Actor().post("/auth/login", {**body, "password": "a wrong password"})
    secrets = [first["access_token"], first["refresh_token"], account["token"], second, invite]
    text = trail() + run("export_audit").out
    found = [secret for secret in (*secrets, PASSWORD, "a wrong password") if secret in text]
    assert found == []


@pytest.mark.parametrize("name", ["password", "token", "digest", "note"])
def test_only_details_on_the_list_can_be_told(db: None, name: str) -> None:
    details = {name: "what nobody must read"}
    with pytest.raises(DetailNotAllowed, match=name):
        record(Action.USER_RENAMED, by=SETUP, after=details)
    with pytest.raises(DetailNotAllowed, match=name):
        record(Action.USER_RENAMED, by=SETUP, before=details)
    assert not AuditEvent.objects.exists()
