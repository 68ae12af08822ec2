"""What staff should know of the life of a token, before and after one is made."""

import re

import pytest
from django.core import signing
from django.test import Client

from accounts.ids import uuid7
from organizations.models import Organization
from service_accounts.admin.minting import SALT
from tests.conftest import Actor
from tests.service_accounts.test_tokens_in_admin import (
    ACCOUNTS,
    READ,
    TOKENS,
    account_of,
    confirm,
    count,
    issue_page,
    minter,
    rotate_page,
    staff_of,
    token_of,
)

pytestmark = pytest.mark.django_db

__all__ = ["minter"]

WAY = re.compile(r'href="(/admin/service_accounts/[^"]*|/admin/)"')


def test_a_token_that_was_replaced_is_not_rotated_again(minter: Client, bot: Actor) -> None:
    """Its successor would be one that nobody knows of. A form that was open is told so, too."""
    old, account = token_of(bot), account_of(bot)
    page, once = rotate_page(bot), signing.dumps(str(uuid7()), salt=SALT)
    confirm(minter, page, overlap="86400")
    for place in (f"{ACCOUNTS}{account.pk}/change/", f"{TOKENS}{old.pk}/change/"):
        assert page not in minter.get(place).content.decode()
    for answer in (minter.get(page), minter.post(page, {"once": once, "overlap": "0"})):
        assert answer.status_code == 409
        assert "was replaced already" in answer.content.decode()
    assert (count(), bot.get("/me").status_code) == (2, 200)


@pytest.mark.parametrize("rights", [(), ("view_serviceaccounttoken",), ("view_serviceaccount",)])
def test_every_way_on_from_a_token_is_open_to_whoever_made_it(
    organization: Organization, bot: Actor, rights: tuple[str, ...]
) -> None:
    """Also to those who may make tokens, and not look at accounts or at tokens."""
    staff = staff_of(organization, "issue_serviceaccounttoken", *rights, may=(READ,))
    pages = [rotate_page(bot), issue_page(bot), f"{ACCOUNTS}add/"]
    answers = [staff.get(page) for page in pages]
    answers += [confirm(staff, page, overlap="3600", name="New") for page in pages]
    answers.append(staff.get(pages[0]))  # refused: it was replaced
    for answer in answers:
        ways = set(WAY.findall(answer.content.decode()))
        assert ways
        assert {way: staff.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)


@pytest.mark.parametrize(
    ("expires_in", "words"), [("", "It never expires."), ("30", "It works until")]
)
def test_the_page_says_until_when_the_new_token_works(
    minter: Client, bot: Actor, expires_in: str, words: str
) -> None:
    answer = confirm(minter, issue_page(bot), expires_in=expires_in)
    assert words in answer.content.decode()
