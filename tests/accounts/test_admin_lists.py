"""No page of the admin reads a whole table: what its queries say, whatever is in the tables."""

import datetime as dt
import re

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
    make_event,
    make_session,
    make_users,
    rows_on,
    said,
)
from tests.conftest import Actor, Answer
from tests.factories import InviteFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

MODELS = list(admin.site._registry)
DAYS = [0, 6, 29, 89, 91, 400]
EVERY_SORT = ".".join(str(number) for number in range(9))


def keys_on(answer: Answer) -> list[object]:
    """The ids of the rows on a page, in its order."""
    return [row.pk for row in answer.context["cl"].result_list]


def queries_of(page: str) -> list[str]:
    browser = browser_of_staff()
    browser.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page, follow=True).status_code == 200
    return [query["sql"] for query in captured]


@pytest.fixture
def everything(bot: Actor, member: Actor, pending: Actor) -> None:
    """A row or more in every list."""
    InviteFactory.create(organization=OrganizationFactory.create(), created_by=member.user)


@pytest.fixture
def long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list counts as a long one."""
    monkeypatch.setattr(admin_lists, "MAX_LISTED", -1)


def list_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["", "?q=crowd", "?o=0", "?o=1"])
def test_rows_are_counted_up_to_a_limit(model: type[Model], query: str) -> None:
    counts = [sql for sql in queries_of(list_of(model) + query) if "COUNT(" in sql]
    assert all(f"LIMIT {admin_lists.MAX_LISTED + 1}" in sql for sql in counts)


@pytest.mark.parametrize("model", MODELS)
def test_a_long_list_is_sorted_by_what_an_index_holds_in_order(
    long_lists: None, model: type[Model]
) -> None:
    indexed = {index.fields[-1].lstrip("-") for index in model._meta.indexes if index.fields}
    indexed |= {"id", "created_at"} if model.__name__ in {"AuditEvent", "SignupRequest"} else {"id"}
    indexed |= {field.name for field in model._meta.fields if field.unique}
    indexed |= {"kind", "organization_id", "name_key"}
    for query in ("", f"?o={EVERY_SORT}"):
        for sql in queries_of(list_of(model) + query):
            if f'FROM "{model._meta.db_table}"' in sql and "ORDER BY" in sql:
                ordering = sql.rpartition("ORDER BY")[2]
                assert set(re.findall(r'"\."(\w+)"', ordering)) <= indexed


# Worked out for each row: no column of the database holds it.
UNSORTABLE = {"state", "device", "origin", "decision_or_links", "permission_list"}


@pytest.mark.parametrize("model", MODELS)
def test_a_short_list_is_sorted_by_every_column_that_the_database_knows(
    everything: None, model: type[Model]
) -> None:
    browser, page = browser_of_staff(), list_of(model)
    content = browser.get(page).content.decode()
    columns = browser.get(page).context["cl"].list_display
    for number, column in enumerate(columns):
        is_offered = re.search(rf'class="sortable column-{column}\b', content) is not None
        assert is_offered == (column not in UNSORTABLE | {"action_checkbox"}), column
        answer = browser.get(page, {"o": number})
        assert answer.status_code == 200
        assert rows_on(answer) > 0


def test_sessions_are_in_the_order_of_their_last_use_while_they_are_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older, newer = (make_session(1, user, timezone.now()) for user in make_users(0, 2))
    older.last_used_at = timezone.now() + dt.timedelta(minutes=1)
    Session.objects.bulk_create([older, newer])
    browser = browser_of_staff()
    assert keys_on(browser.get(SESSIONS)) == [older.pk, newer.pk]
    assert b"column-last_used_at sorted descending" in browser.get(SESSIONS).content
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 1)
    assert keys_on(browser.get(SESSIONS)) == [newer.pk, older.pk]
    assert b"column-created sorted descending" in browser.get(SESSIONS).content


@pytest.mark.parametrize("state", ["live", "ended"])
def test_sessions_are_of_the_state_that_is_filtered_by(state: str) -> None:
    now, day = timezone.now(), dt.timedelta(days=1)
    for revoked_at in (None, now):
        for expires_at in (now - day, now + day):
            session = make_session(1, UserFactory.create(), now)
            session.revoked_at, session.expires_at = revoked_at, expires_at
            session.save()
    page = browser_of_staff().get(SESSIONS, {"state": state}).content.decode()
    assert re.findall(r'field-state">(\w+)<', page) == {"live": 1, "ended": 3}[state] * [state]


def test_roles_are_in_the_order_of_their_organizations_while_they_are_few() -> None:
    for name in ("Zeta", "Acme"):
        OrganizationFactory.create(name=name).roles.create(name="R", name_key="r")
    page = browser_of_staff().get("/admin/organizations/role/")
    names = [role.organization.name for role in page.context["cl"].result_list]
    assert names == ["Acme", "Zeta"]


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


def test_more_rows_than_are_counted_are_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 60)
    make_users(0, 100)
    first, last = browser_of_staff().get(USERS), browser_of_staff().get(USERS, {"p": 2})
    assert "60+ users" in first.content.decode()
    assert len(last.context["cl"].result_list) == 10
    assert browser_of_staff().get(USERS, {"p": 3}).status_code == 302
    assert str(AtLeast(10_000)) == "10,000+"


@pytest.mark.parametrize(
    ("page", "advice"),
    [
        (USERS, "Filter or search to see others."),
        (EVENTS, "Filter or search to see others; export_audit writes all of them."),
        ("/admin/organizations/organization/", "Search to see others."),
    ],
)
def test_the_last_page_of_a_long_list_says_that_there_are_others(
    monkeypatch: pytest.MonkeyPatch, page: str, advice: str
) -> None:
    users = make_users(0, 70)
    AuditEvent.objects.bulk_create(make_event(number, user) for number, user in enumerate(users))
    OrganizationFactory.create_batch(61)
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 60)
    browser = browser_of_staff()
    assert said(browser.get(page)) == []
    assert said(browser.get(page, {"p": 2})) == [f"Only the first 10,000 are listed. {advice}"]
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 100)
    assert said(browser.get(page, {"p": 2})) == []


@pytest.mark.parametrize(
    ("time", "days"),
    [
        *(("today", [0]), ("7_days", [0, 6]), ("30_days", [0, 6, 29]), ("nonsense", DAYS)),
        *(("90_days", [0, 6, 29, 89]), ("older", [91, 400]), ("", DAYS)),
    ],
)
def test_events_are_filtered_by_when_they_happened(time: str, days: list[int]) -> None:
    now = timezone.now()
    for ago in DAYS:
        moment = now - dt.timedelta(days=ago)
        AuditEvent.objects.create(action=str(ago), door="api", created_at=moment)
    page = browser_of_staff().get(EVENTS, {"time": time})
    assert [event.action for event in page.context["cl"].result_list] == list(map(str, days))
    assert page.context["cl"].get_ordering_field_columns() == {0: "desc"}


def test_a_refresh_writes_no_index_of_its_session() -> None:
    """PostgreSQL then updates the row in place."""
    held = {field.lstrip("-") for index in Session._meta.indexes for field in index.fields}
    assert "last_used_at" not in held
