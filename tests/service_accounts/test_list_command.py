"""manage.py list_service_accounts."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import issue_token
from tests.accounts.commands import run
from tests.conftest import SETUP, Actor, make_bot
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def test_json_has_a_stable_shape(bot: Actor) -> None:
    (row,) = run("list_service_accounts", "--json").data
    assert row.keys() == {"id", "name", "organization", "is_active", "created_at", "tokens"}
    assert (row["id"], row["name"]) == (str(ServiceAccount.objects.get().pk), "Bot")
    assert (row["organization"], row["is_active"]) == ("acme", True)
    assert row["created_at"].endswith("Z")
    hint = f"sa_…{bot.token[-4:]}"
    assert row["tokens"] == [{"hint": hint, "last_used_at": None, "expires_at": None}]


def test_no_token_is_shown(bot: Actor) -> None:
    for arguments in ((), ("--json",)):
        ran = run("list_service_accounts", *arguments)
        assert (ran.status, ran.err) == (0, "")
        assert bot.token[:-4] not in ran.out


def test_the_table_shows_the_hints_and_the_last_use(bot: Actor) -> None:
    assert run("list_service_accounts").out.count("never") == 2
    bot.get("/me")
    header, row = run("list_service_accounts").out.splitlines()
    assert header.startswith("NAME  ORGANIZATION  ACTIVE  TOKENS    EXPIRES  LAST USED")
    assert f"sa_…{bot.token[-4:]}  never" in row
    assert row.count("never") == 1


def test_tokens_that_opened_their_last_door_are_left_out(bot: Actor) -> None:
    account = ServiceAccount.objects.get()
    issued = issue_token(account=account, expires_at=None, by=SETUP)
    ServiceAccountToken.objects.exclude(pk=issued.token.pk).update(revoked_at=timezone.now())
    ServiceAccountToken.objects.filter(pk=issued.token.pk).update(
        expires_at=timezone.now() - dt.timedelta(days=1)
    )
    (row,) = run("list_service_accounts", "--json").data
    assert row["tokens"] == []


def test_the_newest_comes_first(organization: Organization) -> None:
    for name in ("First", "Second"):
        make_bot(organization, name=name)
    names = [row["name"] for row in run("list_service_accounts", "--json").data]
    assert names == ["Second", "First"]


def test_all_organizations_are_listed_or_the_one_that_is_named(bot: Actor) -> None:
    make_bot(OrganizationFactory.create(slug="second"), name="Other")
    assert len(run("list_service_accounts", "--json").data) == 2
    (row,) = run("list_service_accounts", "--json", "--organization", "second").data
    assert row["name"] == "Other"


@pytest.mark.parametrize("slug", ["nowhere", ""])
def test_an_organization_that_is_unknown_is_refused(bot: Actor, slug: str) -> None:
    ran = run("list_service_accounts", "--organization", slug)
    assert (ran.status, ran.out) == (1, "")


def test_an_empty_list_is_an_array(organization: Organization) -> None:
    assert run("list_service_accounts", "--json").data == []
    assert len(run("list_service_accounts").out.splitlines()) == 1


def test_any_number_takes_two_queries(
    organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        make_bot(organization, name=f"Bot {number}")
    with django_assert_num_queries(2):
        run("list_service_accounts")


def test_times_in_the_table_are_as_the_api_writes_them(bot: Actor) -> None:
    moment = dt.datetime(2999, 12, 31, 12, 30, 15, 999, tzinfo=dt.UTC)
    ServiceAccountToken.objects.update(expires_at=moment, last_used_at=moment)
    ServiceAccount.objects.update(created_at=moment)
    row = run("list_service_accounts").out.splitlines()[1]
    assert row.split()[-3:] == ["2999-12-31T12:30:15Z"] * 3
