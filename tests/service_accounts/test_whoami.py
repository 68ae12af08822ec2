"""GET /auth/whoami: who calls, by which credential, and what they may do where."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccountToken
from tests.conftest import Actor, Answer, log_in, make_bot, session_of
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db


def whoami(actor: Actor) -> Answer:
    answer = actor.get("/auth/whoami")
    assert answer.status_code == 200
    return answer.json()


def moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def test_a_person_is_told_of_their_session(owner: Actor) -> None:
    body, session = whoami(owner), session_of(owner)
    assert body.keys() == {"user", "session", "token", "organizations"}
    assert body["user"] == {
        "id": str(owner.user.pk),
        "email": "owner@example.com",
        "display_name": "Olivia Owner",
        "kind": "human",
        "signup_pending": False,
    }
    assert body["session"] == {
        "id": str(session.pk),
        "created_at": moment(session.created_at),
        "expires_at": moment(session.expires_at),
    }
    assert body["token"] is None


def test_of_several_sessions_it_is_the_one_that_asks(owner: Actor) -> None:
    other = log_in(owner.user)
    ids = {whoami(actor)["session"]["id"] for actor in (owner, other)}
    assert ids == {str(pk) for pk in Session.objects.values_list("pk", flat=True)}


def test_a_service_account_is_told_of_its_token(organization: Organization) -> None:
    robot = make_bot(organization, Permission.BOARD_READ)
    token = ServiceAccountToken.objects.select_related("service_account").get()
    body = whoami(robot)
    assert (body["user"]["kind"], body["session"]) == ("service", None)
    assert body["token"] == {
        "id": str(token.pk),
        "name": token.name,
        "hint": token.hint,
        "expires_at": None,
        "service_account": {"id": str(token.service_account_id), "name": "Bot"},
    }
    assert [held["code"] for held in body["organizations"][0]["permissions"]] == ["board.read"]


def test_the_expiry_of_a_token_is_told(bot: Actor) -> None:
    soon = timezone.now() + dt.timedelta(days=3)
    ServiceAccountToken.objects.update(expires_at=soon)
    assert whoami(bot)["token"]["expires_at"] == moment(soon)


def test_each_permission_names_the_roles_that_it_comes_from(organization: Organization) -> None:
    user = UserFactory.create()
    writer = make_role(organization, Permission.BOARD_WRITE, Permission.BOARD_READ, name="Writer")
    reader = make_role(organization, Permission.BOARD_READ, name="Reader")
    empty = make_role(organization, name="Empty")
    make_role(organization, *Permission, name="Not held")
    add_member(organization, user, writer, reader, empty)
    shown = {role.name: {"id": str(role.pk), "name": role.name} for role in (writer, reader, empty)}
    assert whoami(log_in(user))["organizations"] == [
        {
            "id": str(organization.pk),
            "slug": "acme",
            "name": "Acme",
            "roles": [shown["Empty"], shown["Reader"], shown["Writer"]],
            "permissions": [
                {"code": "board.read", "roles": [shown["Reader"], shown["Writer"]]},
                {"code": "board.write", "roles": [shown["Writer"]]},
            ],
        }
    ]


def test_an_owner_holds_everything_by_one_role(owner: Actor, organization: Organization) -> None:
    (held,) = whoami(owner)["organizations"]
    assert [permission["code"] for permission in held["permissions"]] == sorted(Permission)
    assert {role["name"] for p in held["permissions"] for role in p["roles"]} == {"Owner"}
    own = owner.get(f"/organizations/{organization.pk}/me/permissions").json()
    assert own["permissions"] == [permission["code"] for permission in held["permissions"]]


def test_a_member_without_roles_is_a_member_all_the_same(member: Actor) -> None:
    (held,) = whoami(member)["organizations"]
    assert (held["name"], held["roles"], held["permissions"]) == ("Acme", [], [])


def test_organizations_are_told_apart(organization: Organization) -> None:
    user, other = UserFactory.create(), OrganizationFactory.create(name="Other")
    add_member(other, user, make_role(other, Permission.CHAT_READ))
    add_member(organization, user, make_role(organization, Permission.BOARD_READ))
    OrganizationFactory.create(name="Foreign")
    told = {
        held["name"]: [permission["code"] for permission in held["permissions"]]
        for held in whoami(log_in(user))["organizations"]
    }
    assert told == {"Acme": ["board.read"], "Other": ["chat.read"]}


def test_who_awaits_approval_sees_themselves_alone(pending: Actor) -> None:
    body = whoami(pending)
    assert (body["user"]["signup_pending"], body["organizations"]) == (True, [])


def test_a_role_that_is_taken_away_is_gone_at_once(reader: Actor) -> None:
    assert whoami(reader)["organizations"][0]["permissions"]
    reader.user.memberships.get().roles.clear()
    assert whoami(reader)["organizations"][0]["permissions"] == []


def test_no_secret_is_told(owner: Actor, bot: Actor) -> None:
    digest = ServiceAccountToken.objects.get().digest
    for actor in (owner, bot):
        text = json.dumps(whoami(actor))
        secrets = [actor.token, actor.refresh_token, digest, actor.user.password]
        assert [secret for secret in secrets if secret and secret in text] == []


def test_nobody_asks_without_a_credential(anonymous: Actor) -> None:
    assert anonymous.get("/auth/whoami").status_code == 401


@pytest.mark.parametrize("roles", [1, 40])
def test_it_takes_three_queries_however_many_roles_there_are(
    organization: Organization, roles: int
) -> None:
    user = UserFactory.create()
    held = [make_role(organization, *Permission, name=f"R{n}") for n in range(roles)]
    add_member(organization, user, *held)
    for actor in (log_in(user), make_bot(organization, Permission.BOARD_READ)):
        whoami(actor)
        with CaptureQueriesContext(connection) as queries:
            whoami(actor)
        assert len(queries) == 3
