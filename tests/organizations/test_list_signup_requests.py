"""manage.py list_signup_requests."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from organizations.models import Organization, SignupRequest
from tests.accounts.commands import run
from tests.conftest import Actor
from tests.factories import SignupRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(owner: Actor, organization: Organization) -> list[SignupRequest]:
    """A pending, an approved and a denied one, in this order."""
    now = timezone.now()
    rows = [
        {"status": "pending"},
        {"status": "approved", "resolved_at": now, "resolved_by": owner.user},
        {"status": "denied", "resolved_at": now, "reason": "not one of us"},
    ]
    return [
        SignupRequestFactory.create(
            organization=organization,
            user__email=f"{row['status']}@example.com",
            created_at=now - dt.timedelta(hours=3 - index),
            **row,
        )
        for index, row in enumerate(rows)
    ]


def emails_of(*arguments: str) -> list[str]:
    return [row["email"] for row in run("list_signup_requests", "--json", *arguments).data]


def test_the_pending_ones_are_listed(requests: list[SignupRequest]) -> None:
    ran = run("list_signup_requests")
    assert (ran.status, ran.err) == (0, "")
    header, row = ran.out.splitlines()
    names = "E-MAIL NAME STATUS REQUESTED FROM DECIDED BY DECIDED"
    assert " ".join(header.split()) == names
    assert row.split()[:3] == ["pending@example.com", "-", "pending"]
    assert row.split()[-2:] == ["-", "-"]


def test_times_in_the_table_are_as_the_api_writes_them(requests: list[SignupRequest]) -> None:
    moment = dt.datetime(2026, 1, 31, 12, 30, 15, 999, tzinfo=dt.UTC)
    SignupRequest.objects.exclude(status="pending").update(created_at=moment, resolved_at=moment)
    row = run("list_signup_requests", "--status", "approved").out.splitlines()[1]
    assert row.count("2026-01-31T12:30:15Z") == 2


@pytest.mark.parametrize("status", ["pending", "approved", "denied"])
def test_a_status_is_asked_for(requests: list[SignupRequest], status: str) -> None:
    assert emails_of("--status", status) == [f"{status}@example.com"]


def test_all_are_listed_oldest_first(requests: list[SignupRequest]) -> None:
    names = ["pending@example.com", "approved@example.com", "denied@example.com"]
    assert emails_of("--status", "all") == names


def test_json_has_a_stable_shape(requests: list[SignupRequest]) -> None:
    (row,) = run("list_signup_requests", "--json", "--status", "approved").data
    assert row.keys() == {
        "id",
        "email",
        "display_name",
        "status",
        "created_at",
        "ip_address",
        "resolved_at",
        "resolved_by",
    }
    assert (row["id"], row["display_name"]) == (str(requests[1].pk), None)
    assert (row["ip_address"], row["resolved_by"]) == ("203.0.113.7", "owner@example.com")
    assert row["created_at"].endswith("Z")
    assert row["resolved_at"].endswith("Z")


def test_an_empty_list_is_an_array(db: None) -> None:
    assert run("list_signup_requests", "--json").data == []
    assert run("list_signup_requests").out.splitlines()[1:] == []


def test_any_number_takes_one_query(
    requests: list[SignupRequest],
    organization: Organization,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    SignupRequestFactory.create_batch(20, organization=organization)
    with django_assert_num_queries(1):
        run("list_signup_requests", "--status", "all", "--json")


def test_a_name_cannot_forge_a_row(requests: list[SignupRequest]) -> None:
    requests[0].user.display_name = "Nora\u2029Fake"
    requests[0].user.save()
    assert len(run("list_signup_requests").out.split("\n")) == 3
