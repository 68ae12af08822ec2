"""GET and POST /organizations/{org}/spaces."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Organization, Space
from organizations.permissions import Permission
from tests.conftest import Actor, make_bot
from tests.factories import OrganizationFactory, SpaceFactory

pytestmark = pytest.mark.django_db


def test_a_space_that_was_created_is_listed(organization: Organization, reader: Actor) -> None:
    path = f"/organizations/{organization.pk}/spaces"
    created = reader.post(path, {"name": " Launch ", "description": "All of it"})
    assert created.status_code == 201
    assert created.json()["name"] == "Launch"
    assert reader.get(path).json() == {"spaces": [created.json()]}


def test_the_newest_space_comes_first(organization: Organization, reader: Actor) -> None:
    SpaceFactory.create(organization=organization, name="first")
    SpaceFactory.create(organization=organization, name="second")
    answer = reader.get(f"/organizations/{organization.pk}/spaces").json()
    assert [space["name"] for space in answer["spaces"]] == ["second", "first"]


def test_spaces_of_another_organization_are_not_listed(
    organization: Organization, reader: Actor
) -> None:
    SpaceFactory.create(organization=OrganizationFactory.create())
    assert reader.get(f"/organizations/{organization.pk}/spaces").json() == {"spaces": []}


def test_a_member_without_board_read_may_not_list(
    organization: Organization, member: Actor
) -> None:
    answer = member.get(f"/organizations/{organization.pk}/spaces")
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


def test_board_read_alone_creates_nothing(organization: Organization) -> None:
    bot = make_bot(organization, Permission.BOARD_READ)
    answer = bot.post(f"/organizations/{organization.pk}/spaces", {"name": "Launch"})
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert not Space.objects.exists()


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}])
def test_a_space_needs_a_name(
    organization: Organization, owner: Actor, body: dict[str, object]
) -> None:
    answer = owner.post(f"/organizations/{organization.pk}/spaces", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "name required")
    assert not Space.objects.exists()


def test_permission_is_checked_before_the_body(organization: Organization, member: Actor) -> None:
    assert member.post(f"/organizations/{organization.pk}/spaces", {}).status_code == 403


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_any_length_costs_three_queries(
    organization: Organization, reader: Actor, count: int
) -> None:
    SpaceFactory.create_batch(count, organization=organization)
    path = f"/organizations/{organization.pk}/spaces"
    reader.get(path)  # notes that the token was used
    with CaptureQueriesContext(connection) as queries:
        assert len(reader.get(path).json()["spaces"]) == count
    assert len(queries) == 3


def test_a_space_is_shown_in_its_shape(organization: Organization, reader: Actor) -> None:
    space = reader.post(f"/organizations/{organization.pk}/spaces", {"name": "Launch"}).json()
    assert space.keys() == {"id", "organization_id", "name", "description", "created_at"}
    assert (space["organization_id"], space["description"]) == (str(organization.pk), "")
    assert space["created_at"].endswith("Z")


@pytest.mark.parametrize("description", [None, "", "   "])
def test_a_description_may_be_left_out(
    organization: Organization, reader: Actor, description: object
) -> None:
    body = {"name": "Launch", "description": description}
    answer = reader.post(f"/organizations/{organization.pk}/spaces", body)
    assert (answer.status_code, answer.json()["description"]) == (201, "")


def test_a_description_has_many_lines(organization: Organization, owner: Actor) -> None:
    body = {"name": "Launch", "description": "first\n\n\tsecond 🚀\n"}
    answer = owner.post(f"/organizations/{organization.pk}/spaces", body)
    assert answer.json()["description"] == "first\n\n\tsecond 🚀"


@pytest.mark.parametrize("field", ["name", "description"])
@pytest.mark.parametrize("value", ["x" * 10_001, 5, True, ["x"], {"a": "b"}])
def test_what_is_no_text_or_too_long_is_refused(
    organization: Organization, owner: Actor, field: str, value: object
) -> None:
    body = {"name": "Launch", field: value}
    answer = owner.post(f"/organizations/{organization.pk}/spaces", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"].keys() == {field}
    assert not Space.objects.exists()


@pytest.mark.parametrize("name", ["a\nb", "a\x1bb", "a\u202eb", "x" * 201])
def test_a_name_is_one_line(organization: Organization, owner: Actor, name: str) -> None:
    answer = owner.post(f"/organizations/{organization.pk}/spaces", {"name": name})
    assert answer.json()["fields"].keys() == {"name"}
    assert not Space.objects.exists()


def test_two_spaces_may_have_one_name(organization: Organization, owner: Actor) -> None:
    path = f"/organizations/{organization.pk}/spaces"
    statuses = [owner.post(path, {"name": "Launch"}).status_code for _ in range(2)]
    assert statuses == [201, 201]


def test_nothing_else_of_a_space_can_be_set(
    organization: Organization, owner: Actor, member: Actor
) -> None:
    other = OrganizationFactory.create()
    body = {
        "name": "Launch",
        "id": str(other.pk),
        "organization_id": str(other.pk),
        "created_by": str(member.user.pk),
        "created_at": "2000-01-01T00:00:00Z",
    }
    owner.post(f"/organizations/{organization.pk}/spaces", body)
    space = Space.objects.get()
    assert (space.organization, space.created_by) == (organization, owner.user)
    assert space.pk != other.pk
    assert space.created_at.year > 2000
