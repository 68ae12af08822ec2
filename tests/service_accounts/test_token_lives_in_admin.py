"""What staff should know of the life of a token, before and after one is made."""

import pytest
from django.core import signing
from django.test import Client

from accounts.ids import uuid7
from service_accounts.admin.minting import SALT
from tests.conftest import Actor
from tests.service_accounts.test_tokens_in_admin import (
    ACCOUNTS,
    TOKENS,
    account_of,
    confirm,
    count,
    issue_page,
    minter,
    rotate_page,
    token_of,
)

pytestmark = pytest.mark.django_db

__all__ = ["minter"]


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


@pytest.mark.parametrize(
    ("expires_in", "words"), [("", "It never expires."), ("30", "It works until")]
)
def test_the_page_says_until_when_the_new_token_works(
    minter: Client, bot: Actor, expires_in: str, words: str
) -> None:
    answer = confirm(minter, issue_page(bot), expires_in=expires_in)
    assert words in answer.content.decode()
