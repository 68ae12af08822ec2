"""GET /organizations."""

import uuid

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from organizations.models import Membership, Organization
from tests.conftest import Actor, make_bot, refusal
from tests.factories import OrganizationFactory, add_member

pytestmark = pytest.mark.django_db

SHAPE = {"id", "name", "slug", "open_signups_enabled", "intended_public_url", "created_at"}


@pytest.fixture(params=["access token", "service account token"])
def caller(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A member of the organization, with either kind of credential."""
    if request.param == "access token":
        actor: Actor = request.getfixturevalue("member")
        return actor
    return make_bot(organization)


def test_a_member_sees_the_organization(caller: Actor, organization: Organization) -> None:
    answer = caller.get("/organizations")
    assert (answer.status_code, answer.json().keys()) == (
        200,
        {"organizations", "can_create_organization"},
    )
    (row,) = answer.json()["organizations"]
    assert row.keys() == SHAPE
    assert (row["id"], row["name"], row["slug"]) == (str(organization.pk), "Acme", "acme")
    assert (row["open_signups_enabled"], row["intended_public_url"]) == (True, None)
    assert row["created_at"].endswith("Z")


def test_only_the_callers_own_are_listed_oldest_first(
    caller: Actor, organization: Organization
) -> None:
    second, foreign = OrganizationFactory.create_batch(2)
    add_member(second, caller.user)
    rows = caller.get("/organizations").json()["organizations"]
    assert [row["id"] for row in rows] == [str(organization.pk), str(second.pk)]
    assert str(foreign.pk) not in {row["id"] for row in rows}


def test_one_who_belongs_nowhere_sees_an_empty_list(outsider: Actor) -> None:
    assert outsider.get("/organizations").json() == {
        "organizations": [],
        "can_create_organization": False,
    }


def test_a_pending_account_sees_an_empty_list(pending: Actor) -> None:
    answer = pending.get("/organizations")
    assert answer.status_code == 200
    assert answer.json() == {"organizations": [], "can_create_organization": False}


def test_a_removed_member_sees_the_organization_no_more(member: Actor) -> None:
    Membership.objects.filter(user=member.user).delete()
    assert member.get("/organizations").json()["organizations"] == []
    assert member.get("/me").status_code == 200


def test_a_credential_is_needed(anonymous: Actor) -> None:
    assert refusal(anonymous.get("/organizations")) == (401, "unauthorized", "unauthorized")


@pytest.mark.parametrize("who", ["owner", "member", "outsider", "pending", "bot"])
def test_by_default_there_is_one_organization(request: pytest.FixtureRequest, who: str) -> None:
    actor: Actor = request.getfixturevalue(who)
    assert actor.get("/organizations").json()["can_create_organization"] is False


@pytest.mark.parametrize(
    ("who", "expected"),
    [("owner", True), ("member", True), ("outsider", True), ("pending", False), ("bot", False)],
)
def test_where_there_may_be_several_any_active_person_may_create_one(
    request: pytest.FixtureRequest, settings: Settings, who: str, expected: bool
) -> None:
    settings.SINGLE_ORGANIZATION = False
    actor: Actor = request.getfixturevalue(who)
    assert actor.get("/organizations").json()["can_create_organization"] is expected


@pytest.mark.parametrize("count", [1, 50])
def test_any_number_takes_two_queries(
    caller: Actor, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for another in OrganizationFactory.create_batch(count - 1):
        add_member(another, caller.user)
    caller.get("/organizations")
    with django_assert_num_queries(2):
        assert len(caller.get("/organizations").json()["organizations"]) == count


def test_it_comes_in_pages(caller: Actor) -> None:
    for another in OrganizationFactory.create_batch(2):
        add_member(another, caller.user)
    first = caller.get("/organizations?limit=2").json()
    second = caller.get(f"/organizations?limit=2&cursor={first['next_cursor']}").json()
    assert [len(page["organizations"]) for page in (first, second)] == [2, 1]
    assert "next_cursor" not in second
    assert second["can_create_organization"] is False


@pytest.mark.parametrize("query", ["?limit=0", "?cursor=x"])
def test_a_bad_page_is_refused(caller: Actor, query: str) -> None:
    assert caller.get(f"/organizations{query}").status_code == 400


def test_an_organization_of_the_query_is_not_added(caller: Actor) -> None:
    other = OrganizationFactory.create()
    rows = caller.get(f"/organizations?id={other.pk}&user={uuid.uuid4()}").json()["organizations"]
    assert len(rows) == 1
