"""A search of a long list that finds more than it shows: what is new is not hidden."""

import uuid

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts import admin_found, admin_lists
from accounts.admin_search import too_many_found
from accounts.models import Session, User
from organizations.models import Organization
from service_accounts.models import ServiceAccount
from tests.accounts.test_admin_lists import keys_on
from tests.accounts.test_admin_pages import (
    SESSIONS,
    browser_of_staff,
    make_session,
    make_users,
    said,
)
from tests.conftest import make_bot
from tests.factories import InviteFactory, UserFactory
from tests.service_accounts.test_admin_pages import make_account, make_token

pytestmark = pytest.mark.django_db

INVITES = "/admin/organizations/invite/"
ACCOUNTS = "/admin/service_accounts/serviceaccount/"
TOKENS = "/admin/service_accounts/serviceaccounttoken/"
SHOWN = 5
MAIL = "robotic@example.com"


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list counts as a long one, of which a search shows five rows."""
    monkeypatch.setattr(admin_lists, "MAX_LISTED", -1)
    monkeypatch.setattr(admin_found, "MAX_FOUND", SHOWN)


@pytest.fixture
def root(db: None) -> Client:
    return browser_of_staff()


def log_in_often(user: User, times: int = 8) -> list[uuid.UUID]:
    """Ids of sessions, the newest first."""
    now = timezone.now()
    made = Session.objects.bulk_create(make_session(1, user, now) for _ in range(times))
    return [session.pk for session in reversed(made)]


@pytest.mark.parametrize("text", [MAIL, "ROBOTIC@example.com", "robotic", "'robotic@example.com'"])
@pytest.mark.parametrize("state", ["", "live"])
def test_the_newest_sessions_of_a_user_are_shown(root: Client, text: str, state: str) -> None:
    newest = log_in_often(UserFactory.create(email=MAIL))[:SHOWN]
    log_in_often(UserFactory.create(email="other@example.com"))
    page = root.get(SESSIONS, {"q": text, **({"state": state} if state else {})})
    assert keys_on(page) == newest


def test_the_newest_sessions_of_the_few_whom_a_text_begins_are_shown(root: Client) -> None:
    first, second = make_users(0, 2)
    hidden = log_in_often(first)
    newest = sorted([*log_in_often(second, 2), *log_in_often(first, 2)], reverse=True)
    page = root.get(SESSIONS, {"q": "crowd"})
    assert keys_on(page) == [*newest, hidden[0]]
    assert said(page) == [too_many_found("Type more of it", is_in_order=True)]


def test_of_too_many_users_any_session_is_shown_and_the_page_says_so(root: Client) -> None:
    for user in make_users(0, admin_found.MAX_OWNERS + 1):
        log_in_often(user, 1)
    page = root.get(SESSIONS, {"q": "crowd"})
    assert len(keys_on(page)) == SHOWN
    assert said(page) == [too_many_found("Type more of it", is_in_order=False)]


def test_whoever_has_the_whole_address_comes_before_those_whose_begins_with_it(
    root: Client,
) -> None:
    wanted = log_in_often(UserFactory.create(email=MAIL), 2)
    others = log_in_often(UserFactory.create(email=f"{MAIL}.example.org"))
    page = root.get(SESSIONS, {"q": MAIL})
    assert set(keys_on(page)) == {*wanted, *others[: SHOWN - 2]}


def test_where_all_was_typed_the_page_says_what_else_can_be_done(root: Client) -> None:
    log_in_often(UserFactory.create(email=MAIL))
    [text] = said(root.get(SESSIONS, {"q": MAIL}))
    assert text.startswith("More than 1,000 rows match; the first 1,000 of them are shown.")
    assert "“End all sessions” in the list of users" in text
    assert "Type more" not in text


def test_a_list_that_is_sorted_the_other_way_round_shows_the_oldest(root: Client) -> None:
    oldest = log_in_often(UserFactory.create(email=MAIL))[::-1][:SHOWN]
    assert keys_on(root.get(SESSIONS, {"q": MAIL, "o": "2"})) == oldest


def test_the_newest_invites_of_a_host_are_shown(root: Client, organization: Organization) -> None:
    host = UserFactory.create(email=MAIL)
    made = InviteFactory.create_batch(8, organization=organization, created_by=host)
    newest = [invite.pk for invite in reversed(made)][:SHOWN]
    assert keys_on(root.get(INVITES, {"q": MAIL})) == newest
    assert keys_on(root.get(INVITES, {"q": "acme"})) == newest


def test_the_newest_invites_of_a_guest_are_shown(root: Client, organization: Organization) -> None:
    host = UserFactory.create(email="host@example.com")
    made = InviteFactory.create_batch(8, organization=organization, created_by=host, email=MAIL)
    assert keys_on(root.get(INVITES, {"q": MAIL})) == [row.pk for row in reversed(made)][:SHOWN]


def test_the_newest_tokens_of_a_service_account_are_shown(
    root: Client, organization: Organization
) -> None:
    account = ServiceAccount.objects.get(user=make_bot(organization, name="Robot").user)
    made = [make_token(number, account, timezone.now()) for number in range(8)]
    account.tokens.bulk_create(made)
    newest = [token.pk for token in reversed(made)][:SHOWN]
    assert keys_on(root.get(TOKENS, {"q": "Robot"})) == newest


def test_the_newest_service_accounts_of_one_name_are_shown(root: Client) -> None:
    made = []
    for number, user in enumerate(make_users(0, 8)):
        home = Organization.objects.create(name=f"Home {number}", slug=f"home-{number}")
        made.append(make_account(7, home, user))
    ServiceAccount.objects.bulk_create(made)
    newest = [account.pk for account in reversed(made)][:SHOWN]
    assert keys_on(root.get(ACCOUNTS, {"q": "robot 7"})) == newest


@pytest.mark.parametrize("text", [MAIL, "zzz"])
def test_a_page_past_the_end_leaves_no_message_for_the_next_one(
    root: Client, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    log_in_often(UserFactory.create(email=MAIL))
    monkeypatch.setattr(admin.site._registry[Session], "list_per_page", 2)
    monkeypatch.setattr(admin_lists, "MAX_LISTED", 6)
    told = said(root.get(SESSIONS, {"q": text}))
    assert root.get(SESSIONS, {"q": MAIL, "p": "21"}).status_code == 302
    assert said(root.get(SESSIONS)) == []
    assert said(root.get(SESSIONS, {"q": text})) == told
