"""GET and POST /organizations/{org}/invites, DELETE /organizations/{org}/invites/{invite}."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent
from accounts.tokens import digest
from organizations.models import Invite, Organization
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import InviteFactory, OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NOT_FOUND = (404, "invite not found", "invite_not_found")
SHAPE = {"id", "organization_id", "created_by", "created_at", "expires_at"}


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/invites"


@pytest.fixture
def manager(organization: Organization) -> Actor:
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MEMBERS_MANAGE))
    return log_in(user)


def events(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_an_invite_is_bound_to_an_address(manager: Actor, path: str) -> None:
    answer = manager.post(path, {"email": " Mia@Example.com "})
    body = answer.json()
    assert (answer.status_code, body.keys()) == (201, {"invite", "token"})
    assert body["invite"].keys() == SHAPE | {"email"}
    assert body["invite"]["email"].casefold() == "mia@example.com"
    assert body["invite"]["created_by"] == str(manager.user.pk)


@pytest.mark.parametrize("content", ["", "{}", '{"email": null}', '{"email": ""}'])
def test_without_an_address_it_is_open(manager: Actor, path: str, content: str) -> None:
    answer: Answer = manager.send("POST", path, content)
    assert (answer.status_code, answer.json()["invite"].keys()) == (201, SHAPE)
    assert Invite.objects.get().email == ""


def test_it_lasts_seven_days(manager: Actor, path: str) -> None:
    manager.post(path, {})
    invite = Invite.objects.get()
    assert invite.expires_at - invite.created_at == dt.timedelta(days=7)


def test_the_token_is_shown_once_and_stored_as_a_digest(manager: Actor, path: str) -> None:
    token = manager.post(path, {"email": "mia@example.com"}).json()["token"]
    listed = manager.get(path)
    assert token not in listed.content.decode()
    assert listed.json()["invites"][0].keys() == SHAPE | {"email"}
    assert Invite.objects.get().digest == digest(token)
    assert len(token) >= 43


def test_two_invites_have_two_tokens(manager: Actor, path: str) -> None:
    tokens = {manager.post(path, {"email": "mia@example.com"}).json()["token"] for _ in range(2)}
    assert len(tokens) == 2


def test_the_address_gets_a_mail_with_the_link(
    manager: Actor,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        token = manager.post(path, {"email": "mia@example.com"}).json()["token"]
        manager.post(path, {})  # an open one is mailed to nobody
    (letter,) = mail.outbox
    assert letter.to == ["mia@example.com"]
    assert token in str(letter.body)


@pytest.mark.parametrize(
    "email", ["mia", "mia@", "@example.com", "a\r\nBcc: b@x.co", 5, True, ["a@x.co"], {"a": 1}]
)
def test_what_is_no_address_is_refused(manager: Actor, path: str, email: object) -> None:
    answer = manager.post(path, {"email": email})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"].keys() == {"email"}
    assert not Invite.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("content", ["{", "[]", "null", "x", '"mia@example.com"'])
def test_malformed_json_is_refused(manager: Actor, path: str, content: str) -> None:
    answer = manager.send("POST", path, content)
    assert refusal(answer) == (400, "invalid json", "invalid_json")
    assert not Invite.objects.exists()


def test_nothing_else_can_be_set(manager: Actor, path: str, owner: Actor) -> None:
    body = {
        "role": "Owner",
        "role_ids": [str(uuid.uuid4())],
        "expires_at": "2099-01-01T00:00:00Z",
        "created_by": str(owner.user.pk),
        "organization_id": str(OrganizationFactory.create().pk),
        "token": "chosen",
    }
    answer = manager.post(path, body).json()
    invite = Invite.objects.get()
    assert (invite.created_by, invite.organization.slug) == (manager.user, "acme")
    assert invite.expires_at < timezone.now() + dt.timedelta(days=8)
    assert answer["token"] != "chosen"


def test_those_that_still_work_are_listed_newest_first(
    manager: Actor, organization: Organization, path: str
) -> None:
    now = timezone.now()
    fields = {"organization": organization, "created_by": manager.user}
    first, second = (InviteFactory.create(**fields) for _ in range(2))
    InviteFactory.create(**fields, expires_at=now - dt.timedelta(seconds=1))
    InviteFactory.create(**fields, revoked_at=now)
    InviteFactory.create(**fields, accepted_at=now)
    InviteFactory.create(created_by=manager.user)
    ids = [invite["id"] for invite in manager.get(path).json()["invites"]]
    assert ids == [str(second.pk), str(first.pk)]


def test_an_empty_list_is_an_array(manager: Actor, path: str) -> None:
    assert manager.get(path).json() == {"invites": []}


def test_a_revoked_invite_opens_nothing(manager: Actor, outsider: Actor, path: str) -> None:
    body = manager.post(path, {}).json()
    answer = manager.send("DELETE", f"{path}/{body['invite']['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(outsider.post(f"/invites/{body['token']}/accept")) == NOT_FOUND
    assert manager.get(path).json() == {"invites": []}
    assert events("invite.revoked") == 1


def test_an_invite_that_works_no_more_is_not_found(
    manager: Actor, organization: Organization, path: str
) -> None:
    now = timezone.now()
    spent: list[dict[str, object]] = [
        {"revoked_at": now},
        {"accepted_at": now},
        {"expires_at": now - dt.timedelta(seconds=1)},
    ]
    for fields in spent:
        invite = InviteFactory.create(organization=organization, created_by=manager.user, **fields)
        assert refusal(manager.send("DELETE", f"{path}/{invite.pk}")) == NOT_FOUND
    assert events("invite.revoked") == 0


def test_a_foreign_invite_is_not_found_and_stays(manager: Actor, path: str) -> None:
    foreign = InviteFactory.create(created_by=manager.user)
    for invite_id in (foreign.pk, uuid.uuid4()):
        assert refusal(manager.send("DELETE", f"{path}/{invite_id}")) == NOT_FOUND
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_a_service_account_reads_invites_and_makes_none(
    organization: Organization, owner: Actor, path: str
) -> None:
    mighty = make_bot(organization, *Permission, name="Mighty")
    invite = InviteFactory.create(organization=organization, created_by=owner.user)
    assert len(mighty.get(path).json()["invites"]) == 1
    assert refusal(mighty.post(path, {})) == FORBIDDEN
    assert refusal(mighty.send("DELETE", f"{path}/{invite.pk}")) == FORBIDDEN
    assert Invite.objects.get().revoked_at is None


def test_a_member_sees_and_makes_nothing(member: Actor, path: str) -> None:
    assert refusal(member.get(path)) == FORBIDDEN
    assert refusal(member.send("POST", path, "{")) == FORBIDDEN
    assert refusal(member.post(path, {"email": "mia@example.com"})) == FORBIDDEN
    assert not Invite.objects.exists()
    assert events("invite.created") == 0


def test_one_event_tells_of_it_without_the_token(manager: Actor, path: str) -> None:
    body = manager.post(path, {"email": "mia@example.com"}).json()
    event = AuditEvent.objects.get(action="invite.created")
    assert (str(event.target_id), event.after) == (
        body["invite"]["id"],
        {"email": "mia@example.com"},
    )
    assert body["token"] not in str(AuditEvent.objects.values())


def test_an_hour_has_room_for_a_hundred_invites_of_one_member(
    manager: Actor, owner: Actor, path: str
) -> None:
    statuses = [manager.post(path, {}).status_code for _ in range(101)]
    assert statuses == [201] * 100 + [429]
    assert Invite.objects.count() == 100
    assert owner.post(path, {}).status_code == 201


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_any_length_costs_three_queries(
    manager: Actor, organization: Organization, path: str, count: int
) -> None:
    InviteFactory.create_batch(count, organization=organization, created_by=manager.user)
    manager.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert len(manager.get(path).json()["invites"]) == count
    assert len(queries) == 3
