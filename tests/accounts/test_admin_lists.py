"""No page of the admin reads a whole table: what its queries say, whatever is in the tables."""

import re
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import admin_lists
from accounts.admin_lists import AtLeast
from accounts.models import AuditEvent, Session
from tests.accounts.test_admin_pages import (
    EVENTS,
    SESSIONS,
    USERS,
    browser_of_staff,
    make_session,
    make_users,
    rows_on,
    said,
)
from tests.conftest import Actor
from tests.factories import InviteFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

MODELS = list(admin.site._registry)
EVERY_SORT = ".".join(str(number) for number in range(1, 9))


def queries_of(page: str) -> list[str]:
    browser = browser_of_staff()
    browser.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page, follow=True).status_code == 200
    return [query["sql"] for query in captured]


def list_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["", "?q=crowd", "?o=1"])
def test_rows_are_counted_up_to_a_limit(model: type[Model], query: str) -> None:
    counts = [sql for sql in queries_of(list_of(model) + query) if "COUNT(" in sql]
    assert all(f"LIMIT {admin_lists.MAX_LISTED + 1}" in sql for sql in counts)


@pytest.mark.parametrize("model", MODELS)
def test_a_search_of_a_long_list_asks_for_beginnings_and_for_few(
    model: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_lists, "MAX_LISTED", -1)
    searches = [sql for sql in queries_of(f"{list_of(model)}?q=crowd") if "LIKE" in sql]
    assert searches or model is AuditEvent
    assert all(f"LIMIT {admin_lists.MAX_FOUND + 1}" in sql for sql in searches)
    assert not any("LIKE '%" in sql or "LIKE UPPER('%" in sql for sql in searches)


@pytest.mark.parametrize("model", MODELS)
def test_a_list_is_sorted_by_what_an_index_holds_in_order(model: type[Model]) -> None:
    indexed = {index.fields[-1].lstrip("-") for index in model._meta.indexes if index.fields}
    indexed |= {"id", "created_at"} if model.__name__ in {"AuditEvent", "SignupRequest"} else {"id"}
    indexed |= {field.name for field in model._meta.fields if field.unique}
    indexed |= {"kind", "organization_id", "name_key"}
    for sql in queries_of(f"{list_of(model)}?o={EVERY_SORT}"):
        if f'FROM "{model._meta.db_table}"' in sql and "ORDER BY" in sql:
            ordering = sql.rpartition("ORDER BY")[2]
            assert set(re.findall(r'"\."(\w+)"', ordering)) <= indexed


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_skipped_by_their_ids(
    model: type[Model], monkeypatch: pytest.MonkeyPatch, member: Actor, bot: Actor
) -> None:
    InviteFactory.create_batch(2, organization=OrganizationFactory.create(), created_by=member.user)
    monkeypatch.setattr(admin.site._registry[model], "list_per_page", 1)
    for sql in queries_of(f"{list_of(model)}?p=2"):
        before, _, after = sql.partition(" OFFSET ")
        skipping = before.rpartition("SELECT ")[2]
        assert not after or re.match(r'[UV]0."id" AS "pk" FROM', skipping)


def test_the_ended_sessions_are_not_all_but_the_live_ones(member: Actor) -> None:
    """NOT IN reads all that live first."""
    assert not any("NOT (" in sql for sql in queries_of(f"{SESSIONS}?state=ended"))


def test_an_audit_search_by_address_asks_for_ids(member: Actor) -> None:
    queries = queries_of(f"{EVENTS}?q=Member@example.com")
    assert not any("UPPER" in sql or "LIKE" in sql for sql in queries)
    assert any('"target_id" = ' in sql for sql in queries)


def test_an_audit_search_by_address_finds_what_happened_to_its_owner(member: Actor) -> None:
    event = AuditEvent.objects.create(action="user.disabled", door="api", target_id=member.user.pk)
    AuditEvent.objects.create(action="user.disabled", door="api", target_id=uuid4())
    page = browser_of_staff().get(EVENTS, {"q": "Member@Example.com"})
    assert list(page.context["cl"].result_list.values_list("pk", flat=True)) == [event.pk]


def test_more_rows_than_are_counted_are_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 60)
    make_users(0, 100)
    first, last = browser_of_staff().get(USERS), browser_of_staff().get(USERS, {"p": 2})
    assert "60+ users" in first.content.decode()
    assert len(last.context["cl"].result_list) == 10
    assert browser_of_staff().get(USERS, {"p": 3}).status_code == 302
    assert str(AtLeast(10_000)) == "10,000+"


def test_more_rows_than_a_search_shows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "MAX_FOUND", 5)
    make_users(0, 6)
    page = browser_of_staff().get(USERS, {"q": "crowd"})
    assert rows_on(page) == 5
    assert said(page) == [admin_lists.TOO_MANY_FOUND]
    assert said(browser_of_staff().get(USERS, {"q": "crowd1"})) == []


@pytest.mark.parametrize(("text", "rows"), [("203.0.113.1", 1), ("203.0.113", 0), ("CROWD1@", 1)])
def test_sessions_are_found_by_a_whole_address_or_the_beginning_of_an_e_mail(
    text: str, rows: int
) -> None:
    users = make_users(0, 3)
    Session.objects.bulk_create(
        make_session(number, user, timezone.now()) for number, user in enumerate(users)
    )
    assert rows_on(browser_of_staff().get(SESSIONS, {"q": text})) == rows


def test_a_wildcard_in_a_search_is_a_character(organization: object) -> None:
    UserFactory.create(email="a_b@example.com", display_name="100% sure")
    browser = browser_of_staff()
    assert rows_on(browser.get(USERS, {"q": "a_"})) == 1
    assert rows_on(browser.get(USERS, {"q": "100%"})) == 1
    assert rows_on(browser.get(USERS, {"q": "0%"})) == 1
    assert rows_on(browser.get(USERS, {"q": "%%"})) == 0


def test_a_surname_is_found_in_a_short_list_and_in_a_long_one_not(
    organization: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory.create(email="kj@example.com", display_name="Katherine Johnson")
    browser = browser_of_staff()
    short = browser.get(USERS, {"q": "johnson"})
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 1)
    long = browser.get(USERS, {"q": "johnson"})
    assert (rows_on(short), rows_on(long)) == (1, 0)
    assert (said(short), said(long)) == ([], [admin_lists.BEGINNINGS_ONLY])
    assert rows_on(browser.get(USERS, {"q": "katherine"})) == 1


def test_a_refresh_writes_no_index_of_its_session() -> None:
    """PostgreSQL then updates the row in place."""
    held = {field.lstrip("-") for index in Session._meta.indexes for field in index.fields}
    assert "last_used_at" not in held
