"""Pages: any order of sizes reads every row once, and any text as a cursor is an answer."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.models import Organization
from tests.conftest import Actor, Answer, refusal
from tests.factories import SpaceFactory

INVALID_CURSOR = (400, "invalid cursor", "invalid_cursor")
INVALID_LIMIT = (400, "limit must be a whole number of at least 1", "invalid_limit")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
# Times at the ends of the calendar, ids, and what looks like them.
likely = st.datetimes(timezones=st.timezones()).map(str) | st.uuids().map(str) | st.text()
payloads = st.lists(likely, min_size=2, max_size=2) | st.lists(scalars, max_size=4) | scalars
encoded = payloads.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode())
cursors = st.text(st.characters(exclude_categories=["Cs"])) | encoded


def spaces_of(actor: Actor, **query: str) -> Answer:
    organization = Organization.objects.get(name="Acme")
    path = f"/api/v1/organizations/{organization.pk}/spaces"
    headers = {"authorization": f"Bearer {actor.token}"}
    return actor.client.get(path, query, headers=headers)


@given(cursor=cursors)
def test_any_text_as_a_cursor_is_a_page_or_refused(owner: Actor, cursor: str) -> None:
    answer = spaces_of(owner, cursor=cursor)
    if answer.status_code != 200:
        assert refusal(answer) == INVALID_CURSOR


@given(limit=st.text() | st.integers().map(str))
def test_any_text_as_a_limit_is_a_page_or_refused(owner: Actor, limit: str) -> None:
    answer = spaces_of(owner, limit=limit)
    is_number = limit.isascii() and limit.isdigit() and int(limit) > 0
    assert (answer.status_code == 200) == is_number
    assert is_number or refusal(answer) == INVALID_LIMIT


@given(sizes=st.lists(st.integers(1, 5), min_size=8, max_size=8))
def test_pages_of_any_sizes_hold_every_row_once(
    owner: Actor, eight_spaces: list[str], sizes: list[int]
) -> None:
    read: list[str] = []
    query: dict[str, str] = {}
    for size in sizes:
        body = spaces_of(owner, limit=str(size), **query).json()
        read += [space["id"] for space in body["spaces"]]
        if "next_cursor" not in body:
            break
        query = {"cursor": body["next_cursor"]}
    assert read == eight_spaces[: sum(sizes)]


@pytest.fixture
def eight_spaces(organization: Organization) -> list[str]:
    """Their ids, newest first."""
    return [str(space.pk) for space in SpaceFactory.create_batch(8, organization=organization)][
        ::-1
    ]
