"""What a call finds changed by another, after it has looked and before it writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.account import (
    change_service_account,
    delete_service_account,
    get_service_account,
)
from service_accounts.services.token import ServiceAccountNotFound, issue_token
from tests.accounts.test_admin_pages import act, browser_of_staff, said
from tests.conftest import SETUP, make_bot
from tests.service_accounts.test_tokens_in_admin import ACCOUNTS, TOKENS, account_of, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(organization: Organization) -> ServiceAccount:
    """As a call has read it."""
    make_bot(organization)
    pk = ServiceAccount.objects.get().pk
    return get_service_account(organization_id=organization.pk, account_id=pk)


def rename(account: ServiceAccount) -> None:
    change_service_account(account=account, changed={"name": "Robot"}, by=SETUP)


def issue(account: ServiceAccount) -> None:
    issue_token(account=account, expires_at=None, by=SETUP)


def test_who_renames_an_account_does_not_enable_it_again(account: ServiceAccount) -> None:
    disabled = ServiceAccount.objects.select_related("user").get()
    change_service_account(account=disabled, changed={"is_active": False}, by=SETUP)
    rename(account)
    stored = ServiceAccount.objects.get()
    assert (stored.name, stored.name_key, stored.is_active) == ("Robot", "robot", False)


@pytest.mark.parametrize("act", [rename, issue])
def test_an_account_that_was_deleted_stays_so(
    account: ServiceAccount, act: Callable[[ServiceAccount], None]
) -> None:
    delete_service_account(account=ServiceAccount.objects.get(), by=SETUP)
    with pytest.raises(ServiceAccountNotFound):
        act(account)
    assert not ServiceAccount.objects.exists()
    assert not ServiceAccountToken.objects.exists()


@pytest.mark.parametrize(
    ("page", "action", "of", "words"),
    [
        (ACCOUNTS, "disable_selected", account_of, "Disabled: 2 service accounts."),
        (TOKENS, "revoke_selected", token_of, "Revoked: 2 tokens, dead at once."),
    ],
)
def test_what_is_gone_is_not_counted_and_keeps_nothing_back(
    organization: Organization, page: str, action: str, of: Callable[..., Any], words: str
) -> None:
    bots = [make_bot(organization, name=f"Bot {number}") for number in range(3)]
    second = account_of(bots[1]).pk  # the latest is the first of the list

    def delete_another(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql.startswith('INSERT INTO "accounts_auditevent"'):
            ServiceAccountToken.objects.filter(service_account=second).delete()
            ServiceAccount.objects.filter(pk=second).delete()
        return execute(sql, *arguments)

    with connection.execute_wrapper(delete_another):
        answer = act(browser_of_staff(), page, action, *map(of, bots))
    assert said(answer) == [words]
    assert [bot.get("/me").status_code for bot in bots] == [401, 401, 401]
