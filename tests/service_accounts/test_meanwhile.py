"""What a call finds changed by another, after it has looked and before it writes."""

from collections.abc import Callable

import pytest

from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.account import (
    change_service_account,
    delete_service_account,
    get_service_account,
)
from service_accounts.services.token import ServiceAccountNotFound, issue_token
from tests.conftest import SETUP, make_bot

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
