"""GET /organizations/{org}/me/permissions."""

import pytest
from pytest_django import DjangoAssertNumQueries

from organizations.models import MemberRole, Organization
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

CODES = [
    "agent.tools.invoke",
    "board.read",
    "board.write",
    "chat.read",
    "chat.write",
    "datasets.read",
    "datasets.write",
    "files.delete",
    "files.read",
    "files.write",
    "org.manage",
    "org.members.manage",
    "space.create",
    "space.delete",
    "space.members.manage",
    "ssh_connections.manage",
    "tasks.read",
    "tasks.write",
    "terminal.use",
]


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/me/permissions"


def test_an_owner_holds_all_of_them_sorted(owner: Actor, path: str) -> None:
    answer = owner.get(path)
    assert (answer.status_code, answer.json()) == (200, {"permissions": CODES})


@pytest.mark.parametrize("who", ["member", "bot"])
def test_a_member_without_roles_holds_none(
    request: pytest.FixtureRequest, path: str, who: str
) -> None:
    assert request.getfixturevalue(who).get(path).json() == {"permissions": []}


def test_a_service_account_holds_those_of_its_roles(organization: Organization, path: str) -> None:
    bot = make_bot(organization, Permission.TASKS_WRITE, Permission.BOARD_READ)
    assert bot.get(path).json() == {"permissions": ["board.read", "tasks.write"]}


def test_what_two_roles_share_is_named_once(organization: Organization, path: str) -> None:
    user = UserFactory.create()
    first = make_role(organization, Permission.BOARD_READ, Permission.CHAT_READ, name="A")
    second = make_role(organization, Permission.BOARD_READ, Permission.TASKS_READ, name="B")
    add_member(organization, user, first, second)
    answer = log_in(user).get(path).json()
    assert answer == {"permissions": ["board.read", "chat.read", "tasks.read"]}


def test_a_role_elsewhere_grants_nothing_here(member: Actor, path: str) -> None:
    elsewhere = OrganizationFactory.create()
    add_member(elsewhere, member.user, make_role(elsewhere, *Permission))
    assert member.get(path).json() == {"permissions": []}
    assert (
        member.get(f"/organizations/{elsewhere.pk}/me/permissions").json()["permissions"] == CODES
    )


def test_a_role_that_was_taken_away_grants_nothing_from_the_next_request_on(
    organization: Organization, member: Actor, path: str
) -> None:
    role = make_role(organization, Permission.BOARD_READ)
    held = MemberRole.objects.create(membership=member.user.memberships.get(), role=role)
    assert member.get(path).json() == {"permissions": ["board.read"]}
    held.delete()
    assert member.get(path).json() == {"permissions": []}


def test_who_is_no_member_learns_nothing(outsider: Actor, path: str) -> None:
    expected = (403, "not a member of this organization", "not_a_member")
    assert refusal(outsider.get(path)) == expected


def test_any_number_of_roles_takes_two_queries(
    organization: Organization,
    member: Actor,
    path: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    roles = [make_role(organization, Permission.BOARD_READ, name=str(n)) for n in range(50)]
    membership = member.user.memberships.get()
    MemberRole.objects.bulk_create(MemberRole(membership=membership, role=r) for r in roles)
    member.get(path)
    with django_assert_num_queries(2):
        assert member.get(path).json() == {"permissions": ["board.read"]}
