"""?limit= and ?cursor= of a list, asked of GET /organizations/{org}/spaces."""

import base64
import datetime as dt
import json
from itertools import chain

import pytest
from django.utils import timezone

from organizations.models import Organization, Space
from tests.conftest import Actor, Answer, refusal
from tests.factories import SpaceFactory

pytestmark = pytest.mark.django_db

INVALID_LIMIT = (400, "limit must be a whole number of at least 1", "invalid_limit")
INVALID_CURSOR = (400, "invalid cursor", "invalid_cursor")


@pytest.fixture
def five(organization: Organization) -> list[str]:
    """The ids of five spaces, newest first."""
    spaces = SpaceFactory.create_batch(5, organization=organization)
    return [str(space.pk) for space in reversed(spaces)]


def ask(actor: Actor, query: str = "") -> Answer:
    organization = Organization.objects.get(name="Acme")
    return actor.get(f"/organizations/{organization.pk}/spaces{query}")


def ids_of(answer: Answer) -> list[str]:
    return [space["id"] for space in answer.json()["spaces"]]


def cursor_of(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def read_all(actor: Actor, limit: int) -> list[list[str]]:
    pages, query = [], f"?limit={limit}"
    while query:
        answer = ask(actor, query)
        pages.append(ids_of(answer))
        cursor = answer.json().get("next_cursor")
        query = f"?limit={limit}&cursor={cursor}" if cursor else ""
    return pages


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (4, [4, 1]), (5, [5])])
def test_pages_hold_every_row_once_in_order(
    owner: Actor, five: list[str], limit: int, sizes: list[int]
) -> None:
    pages = read_all(owner, limit)
    assert [len(page) for page in pages] == sizes
    assert [*chain(*pages)] == five


@pytest.mark.parametrize("query", ["", "?limit=5", "?limit=6", "?limit=1000", "?limit=99999999999"])
def test_no_cursor_is_given_when_there_is_no_more(
    owner: Actor, five: list[str], query: str
) -> None:
    answer = ask(owner, query)
    assert (ids_of(answer), answer.json().keys()) == (five, {"spaces"})


@pytest.mark.parametrize("query", ["", "?limit=1001", "?limit=99999999999999999999"])
def test_a_page_has_at_most_a_thousand_rows(owner: Actor, query: str) -> None:
    organization = Organization.objects.get()
    Space.objects.bulk_create(
        Space(organization=organization, name=str(number)) for number in range(1001)
    )
    answer = ask(owner, query)
    assert len(ids_of(answer)) == 1000
    assert len(ids_of(ask(owner, f"?cursor={answer.json()['next_cursor']}"))) == 1


def test_rows_of_the_same_moment_are_neither_lost_nor_doubled(
    owner: Actor, five: list[str]
) -> None:
    Space.objects.update(created_at=timezone.now())
    assert [*chain(*read_all(owner, 2))] == sorted(five, reverse=True)


def test_a_row_that_came_meanwhile_shifts_nothing(owner: Actor, five: list[str]) -> None:
    cursor = ask(owner, "?limit=2").json()["next_cursor"]
    SpaceFactory.create(organization=Organization.objects.get())
    Space.objects.filter(pk=five[1]).delete()
    assert ids_of(ask(owner, f"?limit=2&cursor={cursor}")) == five[2:4]


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "00",
        "-1",
        "1.5",
        "1e3",
        "abc",
        "",
        "%20",
        "+1",
        "%2B1",
        "%D9%A1",
        "1%00",
        "0x10",
        "null",
    ],
)
def test_a_limit_is_a_whole_number_of_at_least_one(owner: Actor, limit: str) -> None:
    assert refusal(ask(owner, f"?limit={limit}")) == INVALID_LIMIT


@pytest.mark.parametrize("limit", ["01", "0000000001", "00000000000000000000000000000001"])
def test_leading_zeros_lose_no_row(owner: Actor, five: list[str], limit: str) -> None:
    answer = ask(owner, f"?limit={limit}")
    assert answer.status_code == 400 or ids_of(answer) == five[:1]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "é",
        "W10=",
        "e30=",
        "bnVsbA==",
        "IiI=",
        "W251bGwsbnVsbF0=",
        "_" * 50,
        "A" * 5000,
        "[]",
        "' OR 1=1 --",
    ],
)
def test_a_cursor_that_we_never_gave_is_refused(owner: Actor, cursor: str) -> None:
    assert refusal(ask(owner, f"?cursor={cursor}")) == INVALID_CURSOR


NOW = dt.datetime.now(dt.UTC).isoformat()
ID = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "values",
    [
        (NOW,),
        (NOW, ID, ID),
        (ID, NOW),
        (NOW, "x"),
        ("yesterday", ID),
        (1, ID),
        (NOW, 1),
        (None, None),
        ([NOW], [ID]),
        ({}, {}),
        (True, True),
        ("\x00", ID),
        (NOW, "\x00"),
        ("\ud800", ID),
        (NOW, "\ud800"),
        ("", ""),
        ("9" * 5000, ID),
        ("2026-13-01T00:00:00Z", ID),
        ("0000-00-00T00:00:00Z", ID),
    ],
)
def test_a_forged_cursor_is_refused(owner: Actor, values: tuple[object, ...]) -> None:
    assert refusal(ask(owner, f"?cursor={cursor_of(*values)}")) == INVALID_CURSOR


@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59.999999+00:00",
        "2026-01-01T00:00:00+23:59",
    ],
)
def test_a_forged_cursor_in_good_form_is_no_error(
    owner: Actor, five: list[str], moment: str
) -> None:
    assert ask(owner, f"?cursor={cursor_of(moment, ID)}").status_code in {200, 400}


def test_text_in_a_cursor_that_no_database_takes_is_refused(owner: Actor) -> None:
    organization = Organization.objects.get(name="Acme")
    for text in ("\ud800", "\x00"):
        cursor = cursor_of(text, ID)
        answer = owner.get(f"/organizations/{organization.pk}/members?cursor={cursor}")
        assert refusal(answer) == INVALID_CURSOR


def test_deep_nesting_in_a_cursor_is_refused(owner: Actor) -> None:
    nested = base64.urlsafe_b64encode(b"[" * 3000).decode()
    assert refusal(ask(owner, f"?cursor={nested}")) == INVALID_CURSOR


def test_a_cursor_shows_no_row_of_another_organization(owner: Actor, five: list[str]) -> None:
    SpaceFactory.create()
    assert ids_of(ask(owner, f"?cursor={cursor_of('9999-01-01T00:00:00+00:00', ID)}")) == five


def test_an_empty_cursor_is_the_first_page(owner: Actor, five: list[str]) -> None:
    assert ids_of(ask(owner, "?cursor=")) == five


def test_a_repeated_parameter_is_no_error(owner: Actor, five: list[str]) -> None:
    assert ids_of(ask(owner, "?limit=1&limit=2")) in (five[:1], five[:2])
