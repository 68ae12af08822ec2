"""What the page of a user tells staff, and where it leads."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.test_admin_pages import USERS, browser_of_staff
from tests.conftest import Actor

pytestmark = pytest.mark.django_db


def page_of(browser: Client, user: User) -> str:
    return str(browser.get(f"{USERS}{user.pk}/change/").content.decode())


def shut(user: User, **fields: str) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False, **fields)


def test_what_unticking_active_does_is_said_before_it_is_saved(member: Actor) -> None:
    page = page_of(browser_of_staff("view_user", "change_user"), member.user)
    assert "untick this and save: they are logged out everywhere at once" in page
    assert "To undo it, tick this again: they have to log in anew." in page
    assert "tokens" not in page


def test_of_who_is_disabled_it_says_what_lets_them_in_again(member: Actor) -> None:
    clerk = browser_of_staff("view_user", "change_user")
    shut(member.user)
    assert "To let them in again, tick this and save" in page_of(clerk, member.user)
    assert "until that is re-opened" not in page_of(clerk, member.user)
    shut(member.user, signup_status="denied")
    assert "until that is re-opened, they cannot log in even so" in page_of(clerk, member.user)


def test_of_a_program_it_says_what_becomes_of_its_tokens(bot: Actor) -> None:
    clerk = browser_of_staff("view_user", "change_user")
    assert "its tokens are refused at once" in page_of(clerk, bot.user)
    assert "log in" not in page_of(clerk, bot.user).partition("<form")[2]
    shut(bot.user)
    assert "tokens work again" in " ".join(page_of(clerk, bot.user).split())


def test_who_may_only_look_is_not_told_to_untick_anything(member: Actor) -> None:
    page = page_of(browser_of_staff("view_user"), member.user)
    assert "untick" not in page
    assert "Who is not active cannot log in" in page
