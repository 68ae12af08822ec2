"""GET, PATCH and DELETE /organizations/{org}/spaces/{space}."""

import uuid

import pytest

from accounts.models import AuditEvent
from organizations.models import Organization, Space
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, SpaceFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NO_ACCESS = (403, "no access to this space", "no_access_to_space")
NOT_FOUND = (404, "space not found", "space_not_found")


@pytest.fixture
def space(organization: Organization) -> Space:
    made: Space = SpaceFactory.create(
        organization=organization, name="Launch", description="All of it"
    )
    return made


@pytest.fixture
def path(space: Space) -> str:
    return f"/organizations/{space.organization_id}/spaces/{space.pk}"


def with_permissions(organization: Organization, *permissions: Permission) -> Actor:
    user = UserFactory.create()
    add_member(organization, user, make_role(organization, *permissions, name=str(user.pk)))
    return log_in(user)


def told() -> list[str]:
    events = AuditEvent.objects.filter(action__startswith="space.").order_by("pk")
    return [event.action for event in events]


def test_it_is_shown_as_in_the_list(reader: Actor, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert reader.get(path.rpartition("/")[0]).json() == {"spaces": [answer.json()]}


@pytest.mark.parametrize("permission", Permission)
def test_without_an_allow_list_board_read_or_a_key_opens_it(
    organization: Organization, path: str, permission: Permission
) -> None:
    opening = {"board.read", "org.manage", "space.members.manage"}
    answer = with_permissions(organization, permission).get(path)
    assert answer.status_code == (200 if permission in opening else 403)
    assert answer.status_code == 200 or refusal(answer) == NO_ACCESS


def test_its_creator_enters_without_any_other_permission(organization: Organization) -> None:
    creator = with_permissions(organization, Permission.SPACE_CREATE)
    base = f"/organizations/{organization.pk}/spaces"
    created = creator.post(base, {"name": "Mine"}).json()
    assert creator.get(f"{base}/{created['id']}").json() == created
    other = with_permissions(organization, Permission.SPACE_CREATE)
    assert refusal(other.get(f"{base}/{created['id']}")) == NO_ACCESS


def test_a_member_without_roles_does_not_enter(member: Actor, bot: Actor, path: str) -> None:
    assert refusal(member.get(path)) == refusal(bot.get(path)) == NO_ACCESS


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_space_of_another_organization_is_not_found(
    owner: Actor, organization: Organization, method: str
) -> None:
    foreign = SpaceFactory.create(organization=OrganizationFactory.create())
    for space_id in (foreign.pk, uuid.uuid4()):
        path = f"/organizations/{organization.pk}/spaces/{space_id}"
        assert refusal(owner.send(method, path, '{"name": "Mine"}')) == NOT_FOUND
    foreign.refresh_from_db()
    assert foreign.name != "Mine"


def test_name_and_description_are_changed(organization: Organization, path: str) -> None:
    keeper = with_permissions(organization, Permission.SPACE_MEMBERS_MANAGE)
    answer = keeper.patch(path, {"name": " Start ", "description": "Less"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["description"]) == ("Start", "Less")
    assert keeper.get(path).json() == answer.json()


def test_what_is_absent_is_left(owner: Actor, path: str) -> None:
    before = owner.get(path).json()
    assert owner.patch(path, {}).json() == before
    assert owner.patch(path, {"name": "Start"}).json() == {**before, "name": "Start"}


@pytest.mark.parametrize("description", [None, "", "  "])
def test_a_description_can_be_cleared(owner: Actor, path: str, description: object) -> None:
    assert owner.patch(path, {"description": description}).json()["description"] == ""


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_name_cannot_be_cleared(owner: Actor, path: str, space: Space, name: object) -> None:
    answer = owner.patch(path, {"name": name, "description": "x"})
    assert refusal(answer) == (400, "name required", "name_required")
    space.refresh_from_db()
    assert (space.name, space.description) == ("Launch", "All of it")
    assert told() == []


def test_nothing_else_can_be_changed(owner: Actor, path: str, space: Space) -> None:
    other = OrganizationFactory.create()
    owner.patch(path, {"organization_id": str(other.pk), "id": "x", "has_allow_list": True})
    assert Space.objects.get().organization_id == space.organization_id
    assert not Space.objects.get().has_allow_list


def test_it_is_deleted(organization: Organization, reader: Actor, path: str) -> None:
    eraser = with_permissions(organization, Permission.SPACE_DELETE)
    answer = eraser.send("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(reader.get(path)) == refusal(eraser.send("DELETE", path)) == NOT_FOUND
    assert not Space.objects.exists()


@pytest.mark.parametrize(
    ("method", "needed"), [("PATCH", "space.members.manage"), ("DELETE", "space.delete")]
)
def test_every_other_permission_together_changes_nothing(
    organization: Organization, path: str, method: str, needed: str
) -> None:
    bot = make_bot(organization, *(set(Permission) - {needed}))
    assert refusal(bot.send(method, path, "{")) == FORBIDDEN
    assert Space.objects.get().name == "Launch"
    assert told() == []


def test_its_creator_may_not_change_it_without_the_permission(organization: Organization) -> None:
    creator = with_permissions(organization, Permission.SPACE_CREATE)
    base = f"/organizations/{organization.pk}/spaces"
    path = f"{base}/{creator.post(base, {'name': 'Mine'}).json()['id']}"
    assert refusal(creator.patch(path, {"name": "Other"})) == FORBIDDEN
    assert refusal(creator.send("DELETE", path)) == FORBIDDEN
    assert Space.objects.get().name == "Mine"


def test_each_change_leaves_one_event(owner: Actor, organization: Organization) -> None:
    base = f"/organizations/{organization.pk}/spaces"
    path = f"{base}/{owner.post(base, {'name': 'Launch'}).json()['id']}"
    owner.patch(path, {"name": "Start"})
    owner.send("DELETE", path)
    assert told() == ["space.created", "space.changed", "space.deleted"]
    event = AuditEvent.objects.get(action="space.changed")
    assert (event.before, event.after) == ({"name": "Launch"}, {"name": "Start"})


def test_what_changes_nothing_leaves_no_event(owner: Actor, path: str) -> None:
    owner.patch(path, {})
    owner.patch(path, {"name": "Launch", "description": "All of it"})
    assert told() == []
