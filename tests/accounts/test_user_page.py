"""What the page of a user tells staff, and where it leads."""

import pytest
from django.test import Client

from accounts.models import User
from organizations.models import Organization, SignupRequest
from service_accounts.models import ServiceAccount
from service_accounts.services.account import create_service_account
from tests.accounts.test_admin_pages import USERS, browser_of_staff, queries_of, said
from tests.conftest import SETUP, Actor, make_client
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SIGNUPS = "/admin/organizations/signuprequest/"
ACCOUNTS = "/admin/service_accounts/serviceaccount/"


def page_of(browser: Client, user: User) -> str:
    return str(browser.get(f"{USERS}{user.pk}/change/").content.decode())


def shut(user: User, **fields: str) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False, **fields)


def test_what_unticking_active_does_is_said_before_it_is_saved(member: Actor) -> None:
    page = page_of(browser_of_staff("view_user", "change_user"), member.user)
    assert "untick this and save: they are logged out everywhere at once" in page
    assert "To undo it, tick this again: they have to log in anew." in page
    assert "tokens" not in page


def test_service_accounts_that_somebody_made_work_on_as_it_says(
    organization: Organization, member: Actor
) -> None:
    made = create_service_account(
        organization=organization, name="Bot", roles=[], created_by=member.user, by=SETUP
    )
    clerk = browser_of_staff("view_user", "change_user")
    assert "service accounts that they made work on" in page_of(clerk, member.user)
    clerk.post(f"{USERS}{member.user.pk}/change/", {"display_name": ""})
    assert member.get("/me").status_code == 401
    assert Actor(made.raw).get("/me").status_code == 200


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


def test_the_page_leads_to_the_sign_up_of_a_person(pending: Actor, member: Actor) -> None:
    clerk = browser_of_staff("view_user", "view_signuprequest")
    link = f"{SIGNUPS}{SignupRequest.objects.get().pk}/change/"
    assert f'href="{link}">Sign-up request</a>' in page_of(clerk, pending.user)
    back = f'href="{USERS}{pending.user.pk}/change/">User</a>'
    assert back in clerk.get(link).content.decode()
    assert back not in browser_of_staff("view_signuprequest").get(link).content.decode()
    assert "Sign-up request</a>" not in page_of(clerk, member.user)


def test_the_page_leads_to_the_service_account_of_a_program(bot: Actor) -> None:
    clerk = browser_of_staff("view_user", "view_serviceaccount")
    link = f"{ACCOUNTS}{ServiceAccount.objects.get().pk}/change/"
    assert f'href="{link}">Service account</a>' in page_of(clerk, bot.user)
    assert clerk.get(link).status_code == 200


def test_it_leads_to_no_page_that_is_closed(pending: Actor, bot: Actor) -> None:
    for codes in (["view_user"], ["view_user", "manage_own_serviceaccount"]):
        clerk = browser_of_staff(*codes)
        assert "Sign-up request</a>" not in page_of(clerk, pending.user)
        assert "Service account</a>" not in page_of(clerk, bot.user)


def test_the_way_there_takes_one_query(pending: Actor, bot: Actor) -> None:
    clerk = browser_of_staff("view_user")
    auditor = browser_of_staff("view_user", "view_signuprequest", "view_serviceaccount")
    for user in (pending.user, bot.user):
        page = f"{USERS}{user.pk}/change/"
        clerk.get(page)
        assert queries_of(auditor, page) == queries_of(clerk, page) + 1


def test_all_sessions_are_ended_after_a_question_and_back_on_the_page(member: Actor) -> None:
    clerk, page = (
        browser_of_staff("view_user", "change_session"),
        f"{USERS}{member.user.pk}/change/",
    )
    question = f"{USERS}{member.user.pk}/end_sessions/"
    assert f'href="{question}">End all sessions</a>' in page_of(clerk, member.user)
    asked = clerk.get(question).content.decode()
    assert f'<a href="{page}">Cancel</a>' in asked
    assert "End all sessions of member@example.com?" in asked
    assert member.get("/me").status_code == 200
    answer = clerk.post(question, follow=True)
    assert answer.request["PATH_INFO"] == page
    assert said(answer) == ["Ended: 1 session of member@example.com."]
    assert member.get("/me").status_code == 401


def test_a_form_of_another_site_ends_no_session(member: Actor) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert browser.post(f"{USERS}{member.user.pk}/end_sessions/").status_code == 403
    assert member.get("/me").status_code == 200


@pytest.mark.parametrize("codes", [["view_user", "change_user"], ["change_session"]])
def test_who_may_not_see_users_or_end_sessions_ends_none(member: Actor, codes: list[str]) -> None:
    question = f"{USERS}{member.user.pk}/end_sessions/"
    clerk = browser_of_staff(*codes)
    assert [clerk.get(question).status_code, clerk.post(question).status_code] == [403, 403]
    assert member.get("/me").status_code == 200


def test_of_a_program_no_sessions_are_spoken_of(bot: Actor) -> None:
    page = page_of(browser_of_staff(), bot.user)
    assert "End all sessions" not in page
    assert "/session/?user=" not in page
