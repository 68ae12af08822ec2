"""The search of the admin's lists: words anywhere in a short one, beginnings in a long one."""

from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone

from accounts import admin_found, admin_lists
from accounts.admin_search import KEYS, too_many_found
from accounts.models import AuditEvent, Session
from organizations.models import Organization, Role
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.test_admin_lists import MODELS, keys_on, list_of, queries_of
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
from tests.conftest import Actor, make_bot
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list counts as a long one."""
    monkeypatch.setattr(admin_lists, "MAX_LISTED", -1)


@pytest.mark.parametrize("model", MODELS)
def test_a_search_of_a_long_list_asks_for_beginnings_and_for_few(
    long_lists: None, model: type[Model]
) -> None:
    searches = [sql for sql in queries_of(f"{list_of(model)}?q=crowd") if "LIKE" in sql]
    assert searches or model is AuditEvent
    assert all(f"LIMIT {admin_found.MAX_FOUND + 1}" in sql for sql in searches)
    assert not any("LIKE '%" in sql or "LIKE UPPER('%" in sql for sql in searches)


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


def test_more_rows_than_a_search_shows_are_told_once(
    long_lists: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_found, "MAX_FOUND", 5)
    make_users(0, 6)
    make_users(6, 12, prefix="the ")  # found by e-mail and by name
    page = browser_of_staff().get(USERS, {"q": "the"})
    assert len(page.context["cl"].result_list) == 5
    assert said(page) == [too_many_found("Type more of it", is_in_order=False)]
    assert "5+ found" in page.content.decode()
    assert "5+ users" in page.content.decode()


def test_a_search_that_finds_what_it_may_show_is_no_capped_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 5)
    monkeypatch.setattr(admin_found, "MAX_FOUND", 5)
    make_users(0, 5)
    page = browser_of_staff().get(USERS, {"q": "crowd"})
    assert (len(page.context["cl"].result_list), said(page)) == (5, [])
    assert "+ found" not in page.content.decode()


def test_a_short_list_shows_all_that_a_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_found, "MAX_FOUND", 5)
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


NAMES = [
    *("①Team", "Ｆｕｌｌwidth", "Team ﬁnance", "Ann@Bücher.example", "Straße", "Cafe\u0301"),
    *("A  B", "it's", "'quoted'", '"so-called"', "50% off", "a_b", "Team™", "x²", "½ day", "ΣΑΣ"),
]


@pytest.mark.parametrize("limit", [10_000, -1])
@pytest.mark.parametrize("name", NAMES)
def test_what_has_a_name_is_found_by_it(
    owner: Actor, organization: Organization, monkeypatch: pytest.MonkeyPatch, limit: int, name: str
) -> None:
    role = owner.post(f"/organizations/{organization.pk}/roles", {"name": name, "permissions": []})
    assert role.status_code == 201
    account = ServiceAccount.objects.get(user=make_bot(organization, name=name).user)
    browser = browser_of_staff()
    monkeypatch.setattr(admin_lists, "MAX_LISTED", limit)
    for model, wanted in (
        (Role, UUID(role.json()["role"]["id"])),
        (ServiceAccount, account.pk),
        (ServiceAccountToken, account.tokens.get().pk),
    ):
        page = browser.get(list_of(model), {"q": name})
        assert (page.status_code, keys_on(page)) == (200, [wanted])


@pytest.mark.parametrize("limit", [10_000, -1])
@pytest.mark.parametrize("text", ["ANN@bücher.example", "ann@xn--bcher-kva.example", "Ａnn@"])
def test_users_are_found_by_any_spelling_of_their_address(
    organization: object, monkeypatch: pytest.MonkeyPatch, limit: int, text: str
) -> None:
    user = UserFactory.create(email="ann@xn--bcher-kva.example")
    monkeypatch.setattr(admin_lists, "MAX_LISTED", limit)
    assert keys_on(browser_of_staff().get(USERS, {"q": text})) == [user.pk]


@pytest.mark.parametrize("model", MODELS)
def test_every_key_that_is_searched_is_known_by_how_it_is_made(model: type[Model]) -> None:
    lookups = [str(name) for name in admin.site._registry[model].search_fields]
    made = {name.split("__")[-2] for name in lookups if name.endswith("__startswith")}
    assert made <= KEYS.keys()
