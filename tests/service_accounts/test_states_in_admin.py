"""What the admin says of a token whose account is disabled, which the API refuses."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.test_admin_pages import browser_of_staff, rows_on
from tests.conftest import Actor, make_bot
from tests.service_accounts.test_tokens_in_admin import (
    ACCOUNTS,
    READ,
    TOKENS,
    account_of,
    confirm,
    issue_page,
    minter,
    rotate_page,
    token_of,
)

pytestmark = pytest.mark.django_db

__all__ = ["minter"]

STATES = ("active", "disabled", "expired", "revoked")


def disable_account() -> None:
    ServiceAccount.objects.update(is_active=False)


def disable_user() -> None:
    User.objects.filter(kind="service").update(is_active=False)


WAYS = [
    (disable_account, "its account is disabled"),
    (disable_user, "the user that its account acts as is disabled"),
]


def text_of(browser: Client, page: str) -> str:
    answer = browser.get(page)
    assert answer.status_code == 200
    return str(answer.content.decode())


def token_page(bot: Actor) -> str:
    return f"{TOKENS}{token_of(bot).pk}/change/"


@pytest.mark.parametrize(("disable", "why"), WAYS)
def test_a_token_that_is_refused_for_its_account_is_told_as_such(
    bot: Actor, disable: object, why: str
) -> None:
    root, of_account = browser_of_staff(), f"{ACCOUNTS}{account_of(bot).pk}/change/"
    assert ">active<" in text_of(root, TOKENS)
    disable()  # type: ignore[operator]
    assert bot.get("/me").status_code == 401
    assert f">refused: {why}<" in text_of(root, TOKENS)
    for page in (token_page(bot), of_account):
        assert f"Refused: {why}. Once that is enabled, the token works" in text_of(root, page)


@pytest.mark.parametrize(("disable", "why"), WAYS)
def test_it_is_found_by_the_filter_of_its_state_alone(
    bot: Actor, organization: Organization, disable: object, why: str
) -> None:
    root = browser_of_staff()
    found = [rows_on(root.get(TOKENS, {"state": state})) for state in STATES]
    disable()  # type: ignore[operator]
    make_bot(organization, name="Enabled")
    refused = [rows_on(root.get(TOKENS, {"state": state})) for state in STATES]
    assert (found, refused) == ([1, 0, 0, 0], [1, 1, 0, 0])
    assert "Refused: account disabled" in text_of(root, f"{TOKENS}?state=disabled")


@pytest.mark.parametrize(
    ("changes", "state"), [({"revoked_at": -1}, "revoked"), ({"expires_at": -1}, "expired")]
)
def test_what_is_over_stays_so_whatever_becomes_of_the_account(
    bot: Actor, changes: dict[str, int], state: str
) -> None:
    moments = {name: timezone.now() + dt.timedelta(days=day) for name, day in changes.items()}
    ServiceAccountToken.objects.update(**moments)
    disable_account()
    root = browser_of_staff()
    assert f">{state}<" in text_of(root, TOKENS)
    assert [rows_on(root.get(TOKENS, {"state": each})) for each in ("disabled", state)] == [0, 1]


def test_it_is_told_without_a_query_for_each_row(bot: Actor, organization: Organization) -> None:
    root, counts = browser_of_staff(), []
    for page in (TOKENS, f"{ACCOUNTS}{account_of(bot).pk}/change/"):
        for number in range(2):
            root.get(page)
            with CaptureQueriesContext(connection) as queries:
                root.get(page)
            counts.append(len(queries))
            make_bot(organization, name=f"{page} {number}")
            ServiceAccountToken.objects.create(
                service_account=account_of(bot), digest=str(len(counts)), hint="sa_…0000"
            )
    assert (counts[0], counts[2]) == (counts[1], counts[3])


def test_who_makes_a_token_of_a_disabled_account_is_told(minter: Client, bot: Actor) -> None:
    disable_account()
    pages = (issue_page(bot), rotate_page(bot))
    made = confirm(minter, rotate_page(bot), overlap="86400").content.decode()
    for text in (text_of(minter, pages[0]), made):
        assert "This account is disabled:" in text
    assert "This account is disabled:" in confirm(minter, pages[0]).content.decode()


def test_the_page_of_a_token_says_where_it_lets_in_and_what_it_may(
    organization: Organization,
) -> None:
    reader, root = make_bot(organization, READ), browser_of_staff()
    page = text_of(root, token_page(reader))
    for words in (">Acme<", ">read board<", '<div class="readonly">active</div>'):
        assert words in page
    disable_account()
    assert ">disabled: all its tokens are refused<" in text_of(root, token_page(reader))
