"""GET and POST …/service-accounts/{account}/tokens, DELETE …/tokens/{token}."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.tokens import digest
from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
ACCOUNT_NOT_FOUND = (404, "service account not found", "service_account_not_found")
TOKEN_NOT_FOUND = (404, "token not found", "token_not_found")
TOO_MANY = (409, "too many tokens", "too_many_tokens")
SHAPE = {
    "id",
    "name",
    "hint",
    "created_at",
    "last_used_at",
    "expires_at",
    "revoked_at",
    "status",
}


@pytest.fixture
def manager(organization: Organization) -> Actor:
    user = UserFactory.create(email="manager@example.com")
    needed = (Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    add_member(organization, user, make_role(organization, *needed, name="Manager"))
    return log_in(user)


@pytest.fixture
def path(organization: Organization, bot: Actor) -> str:
    return tokens_path(organization, bot)


def tokens_path(organization: Organization, bot: Actor) -> str:
    account = ServiceAccount.objects.get(user=bot.user)
    return f"/organizations/{organization.pk}/service-accounts/{account.pk}/tokens"


def told(action: str) -> int:
    return AuditEvent.objects.filter(action=action, door="api").count()


def test_a_further_token_works_beside_the_first(manager: Actor, bot: Actor, path: str) -> None:
    answer = manager.post(path, {"name": " laptop "})
    body = answer.json()
    assert (answer.status_code, body.keys()) == (201, {"token_info", "token"})
    assert re.fullmatch(r"sa_[0-9A-Za-z]{36}", body["token"])
    info = body["token_info"]
    assert info.keys() == SHAPE
    assert (info["name"], info["status"], info["expires_at"]) == ("laptop", "active", None)
    assert info["hint"] == f"sa_…{body['token'][-4:]}"
    assert [actor.get("/me").status_code for actor in (bot, Actor(body["token"]))] == [200, 200]


@pytest.mark.parametrize("content", ["", "{}", '{"name": null, "expires_at": null}'])
def test_nothing_need_be_said(manager: Actor, path: str, content: str) -> None:
    answer = manager.send("POST", path, content)
    assert (answer.status_code, answer.json()["token_info"]["name"]) == (201, "")


def test_an_expiry_is_kept_and_holds(manager: Actor, path: str) -> None:
    moment = timezone.now() + dt.timedelta(days=1)
    body = manager.post(path, {"expires_at": moment.isoformat()}).json()
    assert Actor(body["token"]).get("/me").status_code == 200
    past = timezone.now() - dt.timedelta(seconds=1)
    ServiceAccountToken.objects.filter(pk=body["token_info"]["id"]).update(expires_at=past)
    assert Actor(body["token"]).get("/me").status_code == 401


@pytest.mark.parametrize("moment", ["2001-01-01T00:00:00Z", "1970-01-01T00:00:00+14:00"])
def test_an_expiry_is_in_the_future(manager: Actor, path: str, moment: str) -> None:
    answer = manager.post(path, {"expires_at": moment})
    expected = "expires_at must be in the future"
    assert refusal(answer) == (400, expected, "expires_at_not_in_future")
    assert (ServiceAccountToken.objects.count(), told("token.issued")) == (1, 0)


@pytest.mark.parametrize("field", ["name", "expires_at"])
@pytest.mark.parametrize("value", [5, True, ["x"], {"a": "b"}, "x" * 101])
def test_a_field_of_a_wrong_kind_is_refused(
    manager: Actor, path: str, field: str, value: object
) -> None:
    answer = manager.post(path, {field: value})
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {field})
    assert ServiceAccountToken.objects.count() == 1


def test_at_most_ten_are_active(manager: Actor, path: str) -> None:
    bodies = [manager.post(path).json() for _ in range(9)]
    assert refusal(manager.post(path)) == TOO_MANY
    assert ServiceAccountToken.objects.count() == 10
    manager.send("DELETE", f"{path}/{bodies[0]['token_info']['id']}")
    assert manager.post(path).status_code == 201
    assert refusal(manager.post(path)) == TOO_MANY


def test_an_expired_one_does_not_count(manager: Actor, path: str) -> None:
    for _ in range(9):
        manager.post(path)
    past = timezone.now() - dt.timedelta(seconds=1)
    ServiceAccountToken.objects.filter(pk=ServiceAccountToken.objects.latest("pk").pk).update(
        expires_at=past
    )
    assert manager.post(path).status_code == 201


def test_revoked_and_expired_ones_stay_listed(manager: Actor, path: str) -> None:
    ids = [manager.post(path).json()["token_info"]["id"] for _ in range(2)]
    past = timezone.now() - dt.timedelta(seconds=1)
    ServiceAccountToken.objects.filter(pk=ids[0]).update(expires_at=past)
    manager.send("DELETE", f"{path}/{ids[1]}")
    rows = manager.get(path).json()["tokens"]
    assert [row.keys() for row in rows] == [SHAPE] * 3
    states = {row["id"]: row["status"] for row in rows}
    assert (states[ids[0]], states[ids[1]]) == ("expired", "revoked")
    assert sorted(states.values()) == ["active", "expired", "revoked"]


def test_no_list_shows_a_token(manager: Actor, bot: Actor, path: str) -> None:
    raw = manager.post(path, {"name": "laptop"}).json()["token"]
    text = manager.get(path).content.decode()
    assert not re.search(r"sa_[0-9A-Za-z]{36}", text)
    assert not [secret for secret in (raw, digest(raw), bot.token) if secret in text]


def test_the_use_of_a_token_is_listed(manager: Actor, bot: Actor, path: str) -> None:
    assert manager.get(path).json()["tokens"][0]["last_used_at"] is None
    bot.get("/me")
    assert manager.get(path).json()["tokens"][0]["last_used_at"].endswith("Z")


def test_a_revoked_token_is_refused_from_the_next_request_on(
    manager: Actor, bot: Actor, path: str
) -> None:
    token = ServiceAccountToken.objects.get()
    answer = manager.send("DELETE", f"{path}/{token.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(bot.get("/me")) == (401, "unauthorized", "unauthorized")


def test_revoking_twice_is_no_error_and_no_second_event(manager: Actor, path: str) -> None:
    token = ServiceAccountToken.objects.get()
    statuses = [manager.send("DELETE", f"{path}/{token.pk}").status_code for _ in range(2)]
    assert statuses == [204, 204]
    assert told("token.revoked") == 1


def test_a_token_of_another_account_is_not_found_here(
    manager: Actor, organization: Organization, path: str
) -> None:
    other = make_bot(organization, name="Other")
    foreign = make_bot(OrganizationFactory.create(), name="Foreign")
    for actor in (other, foreign):
        token = ServiceAccountToken.objects.get(service_account__user=actor.user)
        assert refusal(manager.send("DELETE", f"{path}/{token.pk}")) == TOKEN_NOT_FOUND
        assert actor.get("/me").status_code == 200
    assert refusal(manager.send("DELETE", f"{path}/{uuid.uuid4()}")) == TOKEN_NOT_FOUND


def test_a_foreign_account_is_not_found(manager: Actor, organization: Organization) -> None:
    foreign = make_bot(OrganizationFactory.create(), name="Foreign")
    path = tokens_path(organization, foreign)
    token = ServiceAccountToken.objects.get()
    assert refusal(manager.get(path)) == refusal(manager.post(path)) == ACCOUNT_NOT_FOUND
    assert refusal(manager.send("DELETE", f"{path}/{token.pk}")) == ACCOUNT_NOT_FOUND
    assert foreign.get("/me").status_code == 200


def test_nobody_takes_a_token_of_an_account_that_may_do_more_than_they(
    manager: Actor, organization: Organization
) -> None:
    strong = make_bot(organization, Permission.BOARD_READ, Permission.TERMINAL_USE, name="Strong")
    path = tokens_path(organization, strong)
    assert refusal(manager.post(path)) == FORBIDDEN
    assert (ServiceAccountToken.objects.count(), told("token.issued")) == (1, 0)


def test_a_token_of_an_account_that_may_do_no_more_is_given(
    manager: Actor, organization: Organization
) -> None:
    weak = make_bot(organization, Permission.BOARD_READ, name="Weak")
    assert manager.post(tokens_path(organization, weak)).status_code == 201


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_it_is_for_people_who_manage_members(
    organization: Organization, member: Actor, path: str, method: str
) -> None:
    mighty = make_bot(organization, *Permission, name="Mighty")
    before = ServiceAccountToken.objects.count()
    page = f"{path}/{uuid.uuid4()}" if method == "DELETE" else path
    for actor in (member, mighty):
        assert refusal(actor.send(method, page, "{")) == FORBIDDEN
    assert ServiceAccountToken.objects.filter(revoked_at=None).count() == before


def test_the_events_know_the_hint_and_not_the_token(manager: Actor, path: str) -> None:
    body = manager.post(path).json()
    manager.send("DELETE", f"{path}/{body['token_info']['id']}")
    events = AuditEvent.objects.filter(target_id=body["token_info"]["id"]).order_by("pk")
    hint = {"hint": body["token_info"]["hint"]}
    assert [(event.action, event.before, event.after) for event in events] == [
        ("token.issued", {}, hint),
        ("token.revoked", hint, {}),
    ]
    assert body["token"] not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_any_length_costs_four_queries(manager: Actor, path: str, count: int) -> None:
    account = ServiceAccount.objects.get()
    ServiceAccountToken.objects.bulk_create(
        ServiceAccountToken(service_account=account, digest=str(n), revoked_at=timezone.now())
        for n in range(count - 1)
    )
    manager.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert len(manager.get(path).json()["tokens"]) == count
    assert len(queries) == 4


def test_the_expiry_is_looked_at_before_the_account_is(manager: Actor, path: str) -> None:
    unknown = f"{path.rsplit('/', 2)[0]}/{uuid.uuid4()}/tokens"
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    assert refusal(manager.post(unknown, past))[2] == "expires_at_not_in_future"
    assert refusal(manager.post(unknown, {}))[2] == "service_account_not_found"
