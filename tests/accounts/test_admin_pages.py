"""The admin's pages of users, sessions and the audit trail, with a thousand rows of each."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts import admin_lists
from accounts.models import AuditEvent, Session, User
from tests.accounts.commands import run
from tests.conftest import Actor, Answer, log_in, make_client, session_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 1_000
LAST_PAGE = MANY // 50
Counts = dict[str, int]
USERS = "/admin/accounts/user/"
SESSIONS = "/admin/accounts/session/"
EVENTS = "/admin/accounts/auditevent/"
REQUEST_ID = "a1b2c3d4e5f60718"
# Each finds some of the crowd, however large it is.
PAGES = [
    *(USERS, f"{USERS}?q=CROWD7", f"{USERS}?q=The+7th", f"{USERS}?o=-6"),
    *(f"{USERS}?is_active__exact=0", f"{USERS}?kind__exact=human"),
    *(f"{USERS}?is_staff__exact=0", f"{USERS}?signup_status__exact=denied"),
    *(SESSIONS, f"{SESSIONS}?q=crowd7", f"{SESSIONS}?q=203.0.113.7", f"{SESSIONS}?o=2"),
    *(f"{SESSIONS}?state=live", f"{SESSIONS}?state=ended"),
    f"{SESSIONS}?revoked_reason__exact=logged_out",
    *(EVENTS, f"{EVENTS}?action=login.failed", f"{EVENTS}?action=session.revoked"),
    *(f"{EVENTS}?time=today", f"{EVENTS}?time=90_days&action=login.failed", f"{EVENTS}?o=2"),
    *(f"{EVENTS}?q=crowd7@example.com", f"{EVENTS}?q={REQUEST_ID}"),
]


def browser_of_staff(*codenames: str) -> Client:
    """The browser of somebody with these permissions; of a superuser, if there are none."""
    user = UserFactory.create(is_staff=True, is_superuser=not codenames)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = make_client()
    browser.force_login(user)
    return browser


def act(browser: Client, page: str, action: str, *rows: object) -> Answer:
    """Tick these rows of a list and press Go; where a page asks, press its button."""
    return _choose(browser, page, action, *rows, confirmed="yes")


def ask(browser: Client, page: str, action: str, *rows: object) -> str:
    """The page that asks about these rows of a list."""
    return str(_choose(browser, page, action, *rows).content.decode())


def _choose(browser: Client, page: str, action: str, *rows: object, **form: str) -> Answer:
    ticked = [str(getattr(row, "pk", row)) for row in rows]
    form = {"action": action, **form}
    return browser.post(page, {**form, "_selected_action": ticked}, follow=True)


def said(answer: Answer) -> list[str]:
    """The messages above a page."""
    return [str(message) for message in answer.context["messages"]]


def rows_on(answer: Answer) -> int:
    """How many rows the list has, on all of its pages."""
    count: int = answer.context["cl"].result_count
    return count


def queries_of(browser: Client, page: str) -> int:
    """How many queries a page takes; a list must not be empty."""
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(page)
    assert answer.status_code == 200
    assert "cl" not in answer.context or rows_on(answer) > 0
    return len(queries)


@contextmanager
def crowd(
    blocker: DjangoDbBlocker, pages: list[str], add_rows: Callable[[int, int], None]
) -> Iterator[Counts]:
    """Many rows for the tests of a module, gone after it; yields the queries that each page took
    while there were ten, a part of what fits on a page. One row more is a long list here.

    `add_rows` gets the numbers of the first row and of the one after the last.
    """
    with blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(admin_lists, "MAX_LISTED", MANY)
        browser = browser_of_staff()
        add_rows(0, FEW)
        browser.get(pages[0])  # fills Django's caches
        counts = {page: queries_of(browser, page) for page in pages}
        add_rows(FEW, MANY)
        analyze()  # before the foreign keys are checked, by plans that know how many rows there are
        connection.check_constraints()  # or every test does it: they are checked when it ends
        yield counts
        transaction.set_rollback(True)


def analyze() -> None:
    """Tell the planner of rows that it cannot know: they are not committed, and it would join ten
    thousand with ten thousand as if there were none. The lock of it keeps autovacuum away.

    Not the tables that all databases of a server share: another crowd waits for their locks."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def make_users(first: int, end: int, prefix: str = "crowd") -> list[User]:
    """Numbered users, of whom every tenth is disabled and every tenth is denied."""
    users = [
        User(
            email=(address := f"{prefix}{number}@example.com"),
            email_key=address,
            password="!",
            display_name=f"The {number}th",
            is_active=number % 10 != 1,
            signup_status="denied" if number % 10 == 2 else "approved",
        )
        for number in range(first, end)
    ]
    return User.objects.bulk_create(users)


def make_session(number: int, user: User, now: dt.datetime) -> Session:
    """Every other one is ended, in one way or another."""
    is_ended = number % 2 == 0
    return Session(
        user=user,
        created_at=now,
        expires_at=now + dt.timedelta(days=90),
        ip_address=f"203.0.113.{number % 250}",
        user_agent="Firefox " * 40,
        revoked_at=now if is_ended else None,
        revoked_reason="logged_out" if is_ended else "",
    )


def make_event(number: int, user: User) -> AuditEvent:
    return AuditEvent(
        action="login.failed" if number % 2 else "session.revoked",
        actor_id=user.pk,
        actor_email=user.email,
        door="api",
        before={"is_active": True},
        request_id=REQUEST_ID if number == 7 else f"{number:016x}",
    )


def add_rows(first: int, end: int) -> None:
    users, now = make_users(first, end), timezone.now()
    pairs = list(enumerate(users, first))
    Session.objects.bulk_create(make_session(number, user, now) for number, user in pairs)
    AuditEvent.objects.bulk_create(make_event(number, user) for number, user in pairs)


@pytest.fixture(scope="module")
def few(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Counts]:
    with crowd(django_db_blocker, PAGES, add_rows) as counts:
        yield counts


@pytest.fixture
def root(few: Counts) -> Client:
    """A superuser's browser, where there are many rows."""
    return browser_of_staff()


@pytest.fixture
def auditor(organization: object) -> Client:
    """May look at everything here, and change nothing."""
    return browser_of_staff("view_user", "view_session", "view_auditevent")


@pytest.mark.parametrize("page", PAGES)
def test_a_list_of_a_thousand_takes_the_queries_of_ten(
    root: Client, few: Counts, page: str
) -> None:
    # With whoever looks there are more users than a whole list has: a search looks at each field.
    more = 6 if page.startswith(f"{USERS}?q=") else 0
    assert few[page] <= queries_of(root, page) <= few[page] + more


def test_the_page_of_a_user_with_a_thousand_sessions_takes_no_more_queries(member: Actor) -> None:
    root, page = browser_of_staff(), f"{USERS}{member.user.pk}/change/"
    root.get(page)
    one, now = queries_of(root, page), timezone.now()
    Session.objects.bulk_create(make_session(number, member.user, now) for number in range(1000))
    assert queries_of(root, page) == one


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        *((f"{USERS}?q=CROWD777@", 1), (f"{USERS}?q=%22The+777th%22", 1)),
        *((f"{USERS}?is_active__exact=0", MANY // 10), (f"{USERS}?q=nobody", 0)),
        *((f"{SESSIONS}?q=crowd777@", 1), (f"{SESSIONS}?q=203.0.113.249", MANY // 250)),
        *((f"{SESSIONS}?state=live", MANY // 2), (f"{SESSIONS}?state=ended", MANY // 2)),
        *((f"{EVENTS}?action=login.failed", MANY // 2), (f"{EVENTS}?q={REQUEST_ID}", 1)),
        *((f"{EVENTS}?q=Crowd777@example.com", 1), (f"{EVENTS}?q=crowd777", 0)),
        (f"{EVENTS}?q=crowd777@example.com&action=login.failed", 1),
        (f"{EVENTS}?q=crowd777@example.com&action=user.disabled", 0),
    ],
)
def test_searches_and_filters_find_what_they_name(root: Client, page: str, rows: int) -> None:
    assert rows_on(root.get(page)) == rows


@pytest.mark.parametrize("page", [USERS, SESSIONS, EVENTS])
def test_a_list_shows_fifty_rows_a_page_to_its_end(root: Client, page: str) -> None:
    for number in (1, LAST_PAGE):
        assert len(root.get(page, {"p": number}).context["cl"].result_list) == 50


def test_an_event_shows_what_was_before_and_after(auditor: Client, owner: Actor) -> None:
    told = {"before": {"name": "Old <b>"}, "after": {"name": "New", "permissions": ["a", "b"]}}
    event = AuditEvent.objects.create(action="role.changed", door="api", **told)
    page = auditor.get(f"{EVENTS}{event.pk}/change/").content.decode()
    for text in ("Old &lt;b&gt;", "New", "a, b"):
        assert text in page
    assert 'name="_save"' not in page


def test_a_page_leads_to_what_happened_to_its_row(member: Actor, owner: Actor) -> None:
    root, theirs, others = browser_of_staff(), session_of(member), session_of(owner)
    act(root, SESSIONS, "end_selected", theirs, others)
    link = f'href="{EVENTS}?q={theirs.pk}"'
    assert link in root.get(f"{SESSIONS}{theirs.pk}/change/").content.decode()
    events = root.get(EVENTS, {"q": str(theirs.pk)}).context["cl"].result_list
    assert [(event.action, event.target_id) for event in events] == [("session.revoked", theirs.pk)]
    clerk = browser_of_staff("view_session")
    assert link not in clerk.get(f"{SESSIONS}{theirs.pk}/change/").content.decode()


def test_ended_sessions_are_refused_at_once(member: Actor, owner: Actor) -> None:
    second = log_in(member.user)
    clerk = browser_of_staff("view_session", "change_session")
    answer = act(clerk, SESSIONS, "end_selected", session_of(owner), *member.user.sessions.all())
    assert said(answer) == ["Ended: 3 sessions."]
    assert [actor.get("/me").status_code for actor in (member, second, owner)] == [401] * 3


def test_sessions_that_were_ticked_are_ended_after_a_question(member: Actor, owner: Actor) -> None:
    clerk = browser_of_staff("view_session", "change_session")
    page = ask(clerk, SESSIONS, "end_selected", session_of(member), session_of(owner))
    assert "End 2 sessions?" in page
    assert "member@example.com" in page
    assert [actor.get("/me").status_code for actor in (member, owner)] == [200, 200]
    act(clerk, SESSIONS, "end_selected", session_of(member))
    assert [actor.get("/me").status_code for actor in (member, owner)] == [401, 200]


def test_an_ended_session_is_on_record_with_who_and_when(member: Actor) -> None:
    start, session = timezone.now(), session_of(member)
    clerk = browser_of_staff("view_session", "change_session")
    act(clerk, SESSIONS, "end_selected", session)
    event = AuditEvent.objects.get(target_id=session.pk)
    assert (event.action, event.door) == ("session.revoked", "admin")
    assert event.actor_email == User.objects.get(pk=clerk.session["_auth_user_id"]).email
    assert start <= event.created_at <= timezone.now()


def test_an_event_names_what_it_happened_to_and_who_did_it_with_a_command(member: Actor) -> None:
    run("revoke_sessions", "member@example.com")
    event = AuditEvent.objects.get(action="sessions.revoked")
    page = browser_of_staff().get(f"{EVENTS}{event.pk}/change/").content.decode()
    assert f'<a href="{USERS}{member.user.pk}/change/">member@example.com</a>' in page
    assert "the command line" in page
    member.user.delete()
    assert browser_of_staff().get(f"{EVENTS}{event.pk}/change/").status_code == 200


def test_a_session_is_ended_once(member: Actor) -> None:
    clerk, session = browser_of_staff("view_session", "change_session"), session_of(member)
    act(clerk, SESSIONS, "end_selected", session)
    ended = Session.objects.get(pk=session.pk).revoked_at
    act(clerk, SESSIONS, "end_selected", session)
    assert Session.objects.get(pk=session.pk).revoked_at == ended
    assert AuditEvent.objects.filter(target_id=session.pk).count() == 1


def test_who_may_only_look_ends_no_session(auditor: Client, member: Actor) -> None:
    assert b"End selected" not in auditor.get(SESSIONS).content
    act(auditor, SESSIONS, "end_selected", session_of(member))
    assert member.get("/me").status_code == 200


def test_following_a_link_changes_nothing(member: Actor) -> None:
    root, session = browser_of_staff(), session_of(member)
    root.get(SESSIONS, {"action": "end_selected", "_selected_action": str(session.pk)})
    root.get(f"{SESSIONS}{session.pk}/change/", {"revoked_at": "2020-01-01"})
    root.get(f"{USERS}{member.user.pk}/change/", {"display_name": "x", "_save": "Save"})
    assert member.get("/me").json()["display_name"] is None


def test_a_form_of_another_site_ends_no_session(member: Actor) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert act(browser, SESSIONS, "end_selected", session_of(member)).status_code == 403
    assert member.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("change", "action"), [({}, "user.disabled"), ({"is_active": "on"}, "user.enabled")]
)
def test_shutting_and_opening_an_account_is_on_record(
    member: Actor, change: dict[str, str], action: str
) -> None:
    root = browser_of_staff()
    User.objects.filter(pk=member.user.pk).update(is_active=not change)
    root.post(f"{USERS}{member.user.pk}/change/", {"display_name": "", **change})
    event = AuditEvent.objects.get(action=action)
    assert (event.target_id, event.door) == (member.user.pk, "admin")
    assert str(event.actor_id) == root.session["_auth_user_id"]
