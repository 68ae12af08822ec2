"""POST /organizations."""

import pytest
from pytest_django import Settings

from accounts.models import AuditEvent
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
SHAPE = {"id", "name", "slug", "open_signups_enabled", "intended_public_url", "created_at"}


@pytest.fixture
def several(settings: Settings) -> None:
    settings.SINGLE_ORGANIZATION = False


def test_where_there_is_one_no_second_is_made(owner: Actor, outsider: Actor) -> None:
    for actor in (owner, outsider):
        answer = actor.post("/organizations", {"name": "Second"})
        assert refusal(answer) == (403, "single_org_exists", "single_org_exists")
    assert Organization.objects.count() == 1
    assert not AuditEvent.objects.filter(after__name="Second").exists()


def test_the_creator_becomes_its_owner(several: None, outsider: Actor) -> None:
    answer = outsider.post("/organizations", {"name": " Second "})
    body = answer.json()
    assert (answer.status_code, body.keys(), body["name"]) == (201, SHAPE, "Second")
    assert (body["slug"], body["open_signups_enabled"]) == ("second", True)
    assert body["intended_public_url"] is None
    path = f"/organizations/{body['id']}"
    assert outsider.get(f"{path}/me/permissions").json()["permissions"] == sorted(Permission)
    assert [row["role"] for row in outsider.get(f"{path}/members").json()["members"]] == ["admin"]


def test_its_owner_gains_nothing_in_the_first_one(
    several: None, outsider: Actor, organization: Organization
) -> None:
    outsider.post("/organizations", {"name": "Second"})
    answer = outsider.get(f"/organizations/{organization.pk}")
    assert refusal(answer) == (403, "not a member of this organization", "not_a_member")


def test_its_owner_does_not_become_staff(several: None, outsider: Actor) -> None:
    outsider.post("/organizations", {"name": "Second"})
    outsider.user.refresh_from_db()
    assert not outsider.user.is_staff


def test_sign_ups_still_join_the_oldest(
    several: None, owner: Actor, organization: Organization
) -> None:
    owner.post("/organizations", {"name": "Second"})
    body = {"email": "new@example.com", "password": PASSWORD}
    token = Actor().post("/auth/register", body).json()["access_token"]
    request = Actor(token).get("/me").json()["signup_request"]
    assert request["organization_id"] == str(organization.pk)


def test_two_of_one_name_have_two_slugs(several: None, owner: Actor) -> None:
    slugs = [owner.post("/organizations", {"name": "Acme"}).json()["slug"] for _ in range(2)]
    assert len({"acme", *slugs}) == 3


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": "  "}])
def test_it_needs_a_name(several: None, owner: Actor, body: dict[str, object]) -> None:
    answer = owner.post("/organizations", body)
    assert refusal(answer) == (400, "name required", "name_required")
    assert Organization.objects.count() == 1


@pytest.mark.parametrize("name", ["x" * 201, "a\nb", 5, True, ["x"], {"a": "b"}])
def test_a_name_is_one_line_of_text(several: None, owner: Actor, name: object) -> None:
    answer = owner.post("/organizations", {"name": name})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert Organization.objects.count() == 1


@pytest.mark.parametrize("name", ["株式会社", "🚀", "???", "x" * 200])
def test_any_name_gets_a_slug(several: None, owner: Actor, name: str) -> None:
    body = owner.post("/organizations", {"name": name}).json()
    assert body["name"] == name
    assert 0 < len(body["slug"]) <= 60


@pytest.mark.parametrize("body", [{"name": "Second"}, {}])
@pytest.mark.parametrize("who", ["pending", "service account"])
def test_it_takes_a_person_who_is_approved(
    several: None, organization: Organization, pending: Actor, who: str, body: dict[str, str]
) -> None:
    """Permission comes before the body."""
    actor = pending if who == "pending" else make_bot(organization, *Permission)
    assert refusal(actor.post("/organizations", body)) == FORBIDDEN
    assert Organization.objects.count() == 1


def test_a_credential_is_needed(several: None, anonymous: Actor) -> None:
    answer = anonymous.post("/organizations", {"name": "Second"})
    assert refusal(answer) == (401, "unauthorized", "unauthorized")
    assert not Organization.objects.exists()


def test_a_person_may_set_up_an_instance_that_has_none(db: None) -> None:
    founder = log_in(UserFactory.create())
    assert founder.post("/organizations", {"name": "First"}).status_code == 201
    again = founder.post("/organizations", {"name": "Second"})
    assert refusal(again) == (403, "single_org_exists", "single_org_exists")
    assert Membership.objects.get().organization.name == "First"


def test_nothing_else_can_be_set(several: None, owner: Actor) -> None:
    body = {"name": "Second", "slug": "chosen", "open_signups_enabled": False, "id": 1}
    created = owner.post("/organizations", body).json()
    assert (created["slug"], created["open_signups_enabled"]) == ("second", True)


def test_one_event_tells_of_it(several: None, owner: Actor) -> None:
    created = owner.post("/organizations", {"name": "Second"}).json()
    event = AuditEvent.objects.get(organization_id=created["id"])
    assert (event.action, event.actor_id) == ("organization.created", owner.user.pk)
