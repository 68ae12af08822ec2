"""No page of the admin reads a whole table: what its queries say, whatever is in the tables."""

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import admin_lists, admin_search
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
def test_a_search_of_a_long_list_asks_for_beginnings_and_for_few(
    long_lists: None, model: type[Model]
) -> None:
    searches = [sql for sql in queries_of(f"{list_of(model)}?q=crowd") if "LIKE" in sql]
    assert searches or model is AuditEvent
    assert all(f"LIMIT {admin_search.MAX_FOUND + 1}" in sql for sql in searches)
    assert not any("LIKE '%" in sql or "LIKE UPPER('%" in sql for sql in searches)


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


# By what a row shows, or by the relation or the words of a choice of it.
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


@pytest.mark.parametrize("address", ["Member@example.com", "'Member@example.com'"])
def test_an_audit_search_by_address_asks_for_ids(
    long_lists: None, member: Actor, address: str
) -> None:
    queries = queries_of(f"{EVENTS}?q={address}")
    assert not any("UPPER" in sql or "LIKE" in sql for sql in queries)
    assert any('"target_id" = ' in sql for sql in queries)


def test_a_short_audit_trail_is_searched_by_whole_ids_and_by_whoever_is_gone(
    member: Actor,
) -> None:
    told = {"actor_email": "Gone@example.com", "request_id": "a1b2c3d4", "actor_id": uuid4()}
    event = AuditEvent.objects.create(action="user.disabled", door="api", **told)
    browser = browser_of_staff()
    for text in (
        "gone@example.com",
        "a1b2c3d4",
        f"{event.actor_id}",
        "a1b2c3d4 'gone@example.com'",
    ):
        assert keys_on(browser.get(EVENTS, {"q": text})) == [event.pk]
    for text in ("a1b2", "gone@", "a1b2c3d4 member@example.com"):
        assert keys_on(browser.get(EVENTS, {"q": text})) == []


@pytest.mark.parametrize("limit", [10_000, 1])
@pytest.mark.parametrize(
    "text", ["Member@Example.com", '"member@example.com"', " 'MEMBER@example.com"]
)
def test_an_audit_search_by_address_finds_what_happened_to_its_owner(
    member: Actor, monkeypatch: pytest.MonkeyPatch, limit: int, text: str
) -> None:
    event = AuditEvent.objects.create(action="user.disabled", door="api", target_id=member.user.pk)
    AuditEvent.objects.create(action="user.disabled", door="api", target_id=uuid4())
    monkeypatch.setattr(admin_lists, "MAX_LISTED", limit)
    page = browser_of_staff().get(EVENTS, {"q": text})
    assert list(page.context["cl"].result_list.values_list("pk", flat=True)) == [event.pk]


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


def test_more_rows_than_a_search_shows_are_told_once(
    long_lists: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_search, "MAX_FOUND", 5)
    make_users(0, 6)
    make_users(6, 12, prefix="the ")  # found by e-mail and by name
    page = browser_of_staff().get(USERS, {"q": "the"})
    assert len(page.context["cl"].result_list) == 5
    assert said(page) == [admin_search.too_many_found()]
    assert "5+ found" in page.content.decode()
    assert "5+ users" in page.content.decode()


def test_a_search_that_finds_what_it_may_show_is_no_capped_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 5)
    monkeypatch.setattr(admin_search, "MAX_FOUND", 5)
    make_users(0, 5)
    page = browser_of_staff().get(USERS, {"q": "crowd"})
    assert (len(page.context["cl"].result_list), said(page)) == (5, [])
    assert "+ found" not in page.content.decode()


def test_a_short_list_shows_all_that_a_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_search, "MAX_FOUND", 5)
    make_users(0, 6)
    page = browser_of_staff().get(USERS, {"q": "crowd"})
    assert (rows_on(page), said(page)) == (6, [])


@pytest.mark.parametrize("text", ["'", '"', " ' \" ", "''"])
@pytest.mark.parametrize("limit", [10_000, 1])
def test_quotes_around_nothing_are_no_search(
    monkeypatch: pytest.MonkeyPatch, limit: int, text: str
) -> None:
    make_users(0, 3)
    monkeypatch.setattr(admin_lists, "MAX_LISTED", limit)
    page = browser_of_staff().get(USERS, {"q": text})
    assert b"found</span>" not in page.content
    assert b"Show all" not in page.content
    assert len(page.context["cl"].result_list) == 4


@pytest.mark.parametrize(
    ("text", "in_short", "in_long"),
    [
        *(("203.0.113.1", 1, 1), ("203.0.113", 3, 0), ("13.2", 1, 0)),
        *(("CROWD1@", 1, 1), ("rowd1@", 1, 0), ("crowd1 113.1", 1, 0), ("crowd1 113.2", 0, 0)),
    ],
)
def test_sessions_are_found_by_a_part_in_a_short_list_and_by_a_beginning_in_a_long_one(
    monkeypatch: pytest.MonkeyPatch, text: str, in_short: int, in_long: int
) -> None:
    users = make_users(0, 3)
    Session.objects.bulk_create(
        make_session(number, user, timezone.now()) for number, user in enumerate(users)
    )
    browser = browser_of_staff()
    assert rows_on(browser.get(SESSIONS, {"q": text})) == in_short
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 1)
    assert rows_on(browser.get(SESSIONS, {"q": text})) == in_long


def test_a_wildcard_in_a_search_is_a_character(organization: object) -> None:
    UserFactory.create(email="a_b@example.com", display_name="100% sure")
    browser = browser_of_staff()
    assert rows_on(browser.get(USERS, {"q": "a_"})) == 1
    assert rows_on(browser.get(USERS, {"q": "100%"})) == 1
    assert rows_on(browser.get(USERS, {"q": "0%"})) == 1
    assert rows_on(browser.get(USERS, {"q": "%%"})) == 0


@pytest.fixture
def grace(organization: object) -> None:
    UserFactory.create(email="kj@navy.example.com", display_name="Katherine Johnson")
    UserFactory.create(email="grace@navy.example.com", display_name="Grace  Hopper")
    UserFactory.create(email="grace@example.com", display_name="Grace Kelly")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        *(("johnson", 1), ("Johnson Katherine", 1), ("katherine   johnson", 1), ("grace navy", 1)),
        *(("navy hopper grace", 1), ("grace johnson", 0), ("grace", 2), ("'Grace Kelly'", 1)),
        *(('"Kelly Grace"', 0), ("kelly ' grace", 1), ("GRACE@NAVY", 1), ("a " * 21 + "x", 3)),
    ],
)
def test_each_word_is_found_anywhere_in_a_short_list(grace: None, text: str, rows: int) -> None:
    browser = browser_of_staff()
    page = browser.get(USERS, {"q": text, "is_staff__exact": "0"})
    assert (rows_on(page), said(page)) == (rows, [])


@pytest.mark.parametrize(
    ("text", "rows"),
    [("katherine  johnson", 1), ('"grace kelly"', 1), ("grace", 2), ("GRACE@", 2), ("kj@", 1)],
)
def test_a_beginning_is_found_in_a_long_list_without_a_word(
    grace: None, long_lists: None, text: str, rows: int
) -> None:
    page = browser_of_staff().get(USERS, {"q": text})
    assert (len(page.context["cl"].queryset), said(page)) == (rows, [])


def test_a_search_of_a_long_list_that_finds_nothing_says_why(
    grace: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 3)
    page = browser_of_staff().get(USERS, {"q": "'johnson "})
    assert rows_on(page) == 0
    assert said(page) == [
        "Nothing begins with “johnson”. In a list of more than 10,000 rows"
        " only beginnings are searched; a filter makes the list shorter."
    ]
    filtered = browser_of_staff().get(USERS, {"q": "johnson", "is_staff__exact": "0"})
    assert (rows_on(filtered), said(filtered)) == (1, [])


def test_an_audit_search_that_finds_nothing_speaks_of_no_beginning(long_lists: None) -> None:
    assert said(browser_of_staff().get(EVENTS, {"q": "zzz"})) == []


def test_a_refresh_writes_no_index_of_its_session() -> None:
    """PostgreSQL then updates the row in place."""
    held = {field.lstrip("-") for index in Session._meta.indexes for field in index.fields}
    assert "last_used_at" not in held
