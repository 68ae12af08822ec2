"""The admin's pages of service accounts and their tokens, with a thousand rows of each."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEvent, User
from accounts.tokens import digest
from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.test_admin_pages import (
    LAST_PAGE,
    MANY,
    Counts,
    act,
    ask,
    browser_of_staff,
    crowd,
    make_users,
    queries_of,
    rows_on,
    said,
)
from tests.conftest import Actor, Answer, make_bot
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db

ACCOUNTS = "/admin/service_accounts/serviceaccount/"
TOKENS = "/admin/service_accounts/serviceaccounttoken/"
PAGES = [
    *(ACCOUNTS, f"{ACCOUNTS}?q=robot+7", f"{ACCOUNTS}?is_active__exact=0", f"{ACCOUNTS}?o=1"),
    f"{ACCOUNTS}?provider__exact=cursor",
    *(TOKENS, f"{TOKENS}?q=robot+7", f"{TOKENS}?q=0007", f"{TOKENS}?q=deploy", f"{TOKENS}?o=2"),
    *(f"{TOKENS}?state=active", f"{TOKENS}?state=expired", f"{TOKENS}?state=revoked"),
    f"{TOKENS}?state=disabled",
]


def make_account(number: int, organization: Organization, user: User) -> ServiceAccount:
    """Every other one is disabled; every tenth belongs to Cursor."""
    return ServiceAccount(
        organization=organization,
        user=user,
        name=f"Robot {number}",
        name_key=f"robot {number}",
        created_by=user,
        is_active=number % 2 == 0,
        provider="cursor" if number % 10 == 0 else "openrouter",
        openrouter_model="some/model",
    )


def make_token(number: int, account: ServiceAccount, now: dt.datetime) -> ServiceAccountToken:
    """One third each is active, expired and revoked (of which some would be expired)."""
    return ServiceAccountToken(
        service_account=account,
        digest=digest(f"token {number}"),
        name=f"Deploy {number}",
        hint=f"sa_…{number:04}",
        expires_at=now - dt.timedelta(days=1) if number % 3 else None,
        revoked_at=now if number % 3 == 2 else None,
    )


def add_rows(first: int, end: int) -> None:
    now, users = timezone.now(), make_users(first, end, prefix="robot")
    organization = Organization.objects.first() or OrganizationFactory.create()
    accounts = ServiceAccount.objects.bulk_create(
        make_account(number, organization, user) for number, user in enumerate(users, first)
    )
    ServiceAccountToken.objects.bulk_create(
        make_token(number, account, now) for number, account in enumerate(accounts, first)
    )


@pytest.fixture(scope="module")
def few(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Counts]:
    with crowd(django_db_blocker, PAGES, add_rows) as counts:
        yield counts


@pytest.fixture
def root(few: Counts) -> Client:
    """A superuser's browser, where there are many rows."""
    return browser_of_staff()


@pytest.fixture
def clerk(organization: Organization) -> Client:
    """May switch service accounts and revoke tokens."""
    names = ("serviceaccount", "serviceaccounttoken")
    return browser_of_staff(*(f"{verb}_{name}" for verb in ("view", "change") for name in names))


@pytest.fixture
def auditor(organization: Organization) -> Client:
    """May look at everything here, and change nothing."""
    return browser_of_staff("view_serviceaccount", "view_serviceaccounttoken")


def account_of(bot: Actor) -> ServiceAccount:
    return ServiceAccount.objects.get(user=bot.user)


def revoke(browser: Client, page: str, *tokens: ServiceAccountToken) -> Answer:
    """What the page that asks sends."""
    return act(browser, page, "revoke_selected", *tokens)


def token_of(bot: Actor) -> ServiceAccountToken:
    return ServiceAccountToken.objects.get(service_account__user=bot.user)


@pytest.mark.parametrize("page", PAGES)
def test_a_list_of_a_thousand_takes_the_queries_of_ten(
    root: Client, few: Counts, page: str
) -> None:
    assert queries_of(root, page) == few[page]


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        *((f"{ACCOUNTS}?q=%22ROBOT+77%22", 11), (f"{ACCOUNTS}?q=nobody", 0)),
        *((f"{ACCOUNTS}?is_active__exact=0", MANY // 2),),
        *((f"{ACCOUNTS}?provider__exact=cursor", MANY // 10),),
        *((f"{TOKENS}?q=…0777", 1), (f"{TOKENS}?q=%22Robot+777%22", 1)),
        *((f"{TOKENS}?q=%22deploy+777%22", 1), (f"{TOKENS}?state=active", MANY // 6 + 1)),
        (f"{TOKENS}?state=disabled", MANY // 6 + 1),
        *((f"{TOKENS}?state=expired", MANY // 3), (f"{TOKENS}?state=revoked", MANY // 3)),
    ],
)
def test_searches_and_filters_find_what_they_name(root: Client, page: str, rows: int) -> None:
    assert rows_on(root.get(page)) == rows


@pytest.mark.parametrize("page", [ACCOUNTS, TOKENS])
def test_a_list_shows_fifty_rows_a_page_to_its_end(root: Client, page: str) -> None:
    for number in (1, LAST_PAGE):
        assert root.get(f"{page}?p={number}").content.count(b'name="_selected_action"') == 50


def test_a_revoked_token_is_refused_at_once(clerk: Client, bot: Actor) -> None:
    assert bot.get("/me").status_code == 200
    answer = revoke(clerk, TOKENS, token_of(bot))
    assert said(answer) == ["Revoked: 1 token, dead at once."]
    assert bot.get("/me").status_code == 401


def test_tokens_that_were_ticked_are_revoked_after_a_question(
    clerk: Client, bot: Actor, organization: Organization
) -> None:
    other = make_bot(organization, name="Night bot")
    page = ask(clerk, TOKENS, "revoke_selected", token_of(bot), token_of(other))
    assert "Revoke 2 tokens?" in page
    assert "Night bot" in page
    assert [actor.get("/me").status_code for actor in (bot, other)] == [200, 200]
    assert said(revoke(clerk, TOKENS, token_of(other))) == ["Revoked: 1 token, dead at once."]
    assert [actor.get("/me").status_code for actor in (bot, other)] == [200, 401]


def test_what_is_revoked_already_is_not_counted(clerk: Client, bot: Actor) -> None:
    revoke(clerk, TOKENS, token_of(bot))
    assert said(revoke(clerk, TOKENS, token_of(bot))) == ["These tokens were revoked already."]


def test_a_revoked_token_is_on_record_with_who_and_when(clerk: Client, bot: Actor) -> None:
    start, token = timezone.now(), token_of(bot)
    revoke(clerk, TOKENS, token)
    revoke(clerk, TOKENS, token)
    event = AuditEvent.objects.get(action="token.revoked")
    assert (event.target_id, event.door) == (token.pk, "admin")
    assert event.before == {"hint": token.hint}
    assert str(event.actor_id) == clerk.session["_auth_user_id"]
    assert start <= event.created_at <= timezone.now()


def test_the_message_counts_what_was_revoked_on_a_filtered_list(clerk: Client, bot: Actor) -> None:
    answer = revoke(clerk, f"{TOKENS}?state=active", token_of(bot))
    assert said(answer) == ["Revoked: 1 token, dead at once."]


def test_a_disabled_service_account_is_refused_until_it_is_enabled(
    clerk: Client, bot: Actor
) -> None:
    account = account_of(bot)
    assert said(act(clerk, ACCOUNTS, "disable_selected", account)) == [
        "Disabled: 1 service account."
    ]
    assert bot.get("/me").status_code == 401
    assert said(act(clerk, ACCOUNTS, "enable_selected", account)) == ["Enabled: 1 service account."]
    assert bot.get("/me").status_code == 200


def test_switching_a_service_account_is_on_record_once(clerk: Client, bot: Actor) -> None:
    start, account = timezone.now(), account_of(bot)
    act(clerk, ACCOUNTS, "disable_selected", account)
    act(clerk, ACCOUNTS, "disable_selected", account)
    event = AuditEvent.objects.get(action="service_account.changed")
    assert (event.target_id, event.door) == (account.pk, "admin")
    assert (event.before, event.after) == ({"is_active": True}, {"is_active": False})
    assert str(event.actor_id) == clerk.session["_auth_user_id"]
    assert start <= event.created_at <= timezone.now()


@pytest.mark.parametrize("action", ["disable_selected", "enable_selected"])
def test_who_may_only_look_switches_no_service_account(
    auditor: Client, bot: Actor, action: str
) -> None:
    ServiceAccount.objects.filter(user=bot.user).update(is_active=action == "disable_selected")
    assert action.encode() not in auditor.get(ACCOUNTS).content
    act(auditor, ACCOUNTS, action, account_of(bot))
    assert account_of(bot).is_active is (action == "disable_selected")


def test_who_may_only_look_revokes_no_token(auditor: Client, bot: Actor) -> None:
    assert b"revoke_selected" not in auditor.get(TOKENS).content
    revoke(auditor, TOKENS, token_of(bot))
    assert bot.get("/me").status_code == 200


def test_following_a_link_changes_nothing(bot: Actor) -> None:
    root, account, token = browser_of_staff(), account_of(bot), token_of(bot)
    for page, action, row in (
        (ACCOUNTS, "disable_selected", account),
        (TOKENS, "revoke_selected", token),
    ):
        root.get(page, {"action": action, "_selected_action": str(row.pk), "confirmed": "yes"})
        root.get(f"{page}{row.pk}/change/", {"is_active": "", "_save": "Save"})
    assert bot.get("/me").status_code == 200
