"""GET /organizations/{org}/service-accounts."""

import pytest
from pytest_django import DjangoAssertNumQueries

from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.services.account import ProviderSettings, create_service_account
from tests.conftest import SETUP, Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

SHAPE = {
    "id",
    "organization_id",
    "user_id",
    "name",
    "created_by",
    "created_at",
    "is_active",
    "provider",
    "openrouter_model",
    "cursor_default_repo_url",
    "cursor_default_ref",
}


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/service-accounts"


@pytest.fixture
def manager(organization: Organization) -> Actor:
    """A person who holds org.members.manage and nothing else."""
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MEMBERS_MANAGE))
    return log_in(user)


def test_none_is_an_empty_array(manager: Actor, path: str) -> None:
    answer = manager.get(path)
    assert (answer.status_code, answer.json()) == (200, {"service_accounts": []})


def test_the_newest_comes_first_in_its_shape(
    manager: Actor, path: str, organization: Organization
) -> None:
    first, second = make_bot(organization, name="First"), make_bot(organization, name="Second")
    rows = manager.get(path).json()["service_accounts"]
    assert [row["name"] for row in rows] == ["Second", "First"]
    assert [row["user_id"] for row in rows] == [str(second.user.pk), str(first.user.pk)]
    assert rows[0].keys() == SHAPE
    assert (rows[0]["organization_id"], rows[0]["is_active"]) == (str(organization.pk), True)
    assert rows[0]["created_at"].endswith("Z")


def test_what_is_not_set_is_null(manager: Actor, path: str, organization: Organization) -> None:
    create_service_account(
        organization=organization,
        name="Cursor",
        roles=[],
        created_by=None,
        settings=ProviderSettings.of(provider="cursor"),
        by=SETUP,
    )
    (row,) = manager.get(path).json()["service_accounts"]
    assert (row["provider"], row["created_by"], row["openrouter_model"]) == ("cursor", None, None)
    assert (row["cursor_default_repo_url"], row["cursor_default_ref"]) == (None, None)


def test_no_token_and_no_part_of_one_is_shown(
    manager: Actor, path: str, organization: Organization
) -> None:
    bot = make_bot(organization)
    text = manager.get(path).content.decode()
    assert "sa_" not in text
    assert bot.token[-8:] not in text


def test_those_of_another_organization_are_not_listed(manager: Actor, path: str) -> None:
    make_bot(OrganizationFactory.create(), name="Foreign")
    assert manager.get(path).json() == {"service_accounts": []}


@pytest.mark.parametrize("who", ["member", "bot"])
def test_the_permission_is_needed(request: pytest.FixtureRequest, path: str, who: str) -> None:
    actor: Actor = request.getfixturevalue(who)
    assert refusal(actor.get(path)) == (403, "forbidden", "forbidden")


def test_every_other_permission_together_is_not_enough(
    organization: Organization, path: str
) -> None:
    user = UserFactory.create()
    others = [one for one in Permission if one != Permission.ORG_MEMBERS_MANAGE]
    add_member(organization, user, make_role(organization, *others))
    assert refusal(log_in(user).get(path)) == (403, "forbidden", "forbidden")


def test_it_is_for_people_only(organization: Organization, path: str) -> None:
    bot = make_bot(organization, Permission.ORG_MEMBERS_MANAGE)
    assert refusal(bot.get(path)) == (403, "forbidden", "forbidden")


def test_it_comes_in_pages(manager: Actor, path: str, organization: Organization) -> None:
    for number in range(3):
        make_bot(organization, name=f"Bot {number}")
    first = manager.get(f"{path}?limit=2").json()
    second = manager.get(f"{path}?limit=2&cursor={first['next_cursor']}").json()
    names = [row["name"] for page in (first, second) for row in page["service_accounts"]]
    assert names == ["Bot 2", "Bot 1", "Bot 0"]
    assert "next_cursor" not in second


@pytest.mark.parametrize("count", [1, 20])
def test_any_number_takes_three_queries(
    manager: Actor,
    path: str,
    organization: Organization,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        make_bot(organization, name=f"Bot {number}")
    manager.get(path)
    with django_assert_num_queries(3):
        assert len(manager.get(path).json()["service_accounts"]) == count
