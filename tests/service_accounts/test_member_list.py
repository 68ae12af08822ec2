"""GET /organizations/{org}/members, as far as it shows service accounts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Organization
from service_accounts.models import DEFAULT_OPENROUTER_MODEL, ServiceAccount
from tests.conftest import Actor, make_bot
from tests.factories import UserFactory, add_member

pytestmark = pytest.mark.django_db

OF_EVERYBODY = {
    "organization_id",
    "user_id",
    "role",
    "email",
    "display_name",
    "last_seen_at",
    "is_service_account",
}
OF_SERVICE_ACCOUNTS = {"service_account_provider", "openrouter_model", "cursor_default_repo_url"}


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/members"


def test_a_service_account_tells_its_provider(member: Actor, bot: Actor, path: str) -> None:
    rows = {row["user_id"]: row for row in member.get(path).json()["members"]}
    row = rows[str(bot.user.pk)]
    assert row.keys() == OF_EVERYBODY | OF_SERVICE_ACCOUNTS
    assert (row["is_service_account"], row["role"], row["display_name"]) == (True, "member", "Bot")
    assert row["service_account_provider"] == "openrouter"
    assert row["openrouter_model"] == DEFAULT_OPENROUTER_MODEL
    assert row["cursor_default_repo_url"] is None
    assert {rows[key].keys() == OF_EVERYBODY for key in rows if key != row["user_id"]} == {True}


def test_its_settings_are_those_of_the_account(owner: Actor, bot: Actor, path: str) -> None:
    account = ServiceAccount.objects.get()
    base = path.removesuffix("/members")
    body = {"provider": "cursor", "cursor_default_repo_url": "https://git.example.org/a.git"}
    owner.patch(f"{base}/service-accounts/{account.pk}", body)
    (row,) = [row for row in owner.get(path).json()["members"] if row["is_service_account"]]
    assert row["service_account_provider"] == "cursor"
    assert row["cursor_default_repo_url"] == "https://git.example.org/a.git"


def test_a_deleted_one_is_listed_no_more(owner: Actor, bot: Actor, path: str) -> None:
    account = ServiceAccount.objects.get()
    owner.send("DELETE", f"{path.removesuffix('/members')}/service-accounts/{account.pk}")
    assert not [row for row in owner.get(path).json()["members"] if row["is_service_account"]]


def test_a_service_account_reads_the_list(bot: Actor, owner: Actor, path: str) -> None:
    owner.get("/me")  # notes that the owner was seen
    assert bot.get(path).json()["members"] == owner.get(path).json()["members"]


def test_it_comes_in_pages(owner: Actor, organization: Organization, path: str) -> None:
    for number in range(3):
        make_bot(organization, name=f"Bot {number}")
    rows, query = [], "?limit=2"
    while query:
        page = owner.get(path + query).json()
        rows += page["members"]
        cursor = page.get("next_cursor", "")
        query = f"?limit=2&cursor={cursor}" if cursor else ""
    assert rows == owner.get(path).json()["members"]
    assert len(rows) == 4


@pytest.mark.parametrize("count", [1, 50])
def test_any_number_of_both_kinds_costs_three_queries(
    owner: Actor, organization: Organization, path: str, count: int
) -> None:
    for number in range(count):
        make_bot(organization, name=f"Bot {number}")
        add_member(organization, UserFactory.create())
    owner.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert len(owner.get(path).json()["members"]) == 2 * count + 1
    assert len(queries) == 3
