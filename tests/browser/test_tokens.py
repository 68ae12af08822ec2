"""A careful person looks after the tokens of service accounts; each is tried at the API."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import Desk, Instance, Team
from tests.browser.test_walk import ACCOUNTS, SESSIONS, USERS, is_let_in

pytestmark = [pytest.mark.browser, pytest.mark.once]

RAW = re.compile(r"sa_[0-9A-Za-z]{36}")


def open_account(desk: Desk, name: str) -> None:
    desk.page.goto(ACCOUNTS)
    desk.page.get_by_role("link", name=name, exact=True).click()


def new_token(desk: Desk) -> str:
    """What the page shows, once."""
    token = desk.page.get_by_label("Token", exact=True).input_value()
    assert RAW.fullmatch(token)
    return token


def test_a_service_account_is_added_and_lets_itself_in(
    instance: Instance, owning_team: Team, colleague: Desk
) -> None:
    colleague.page.goto(ACCOUNTS)
    colleague.page.get_by_role("link", name="Add service account").click()
    colleague.page.get_by_label("Name").fill("Sam's bot")
    colleague.shoot("create-filled")
    colleague.page.get_by_role("button", name="Add and show the token").click()
    token = new_token(colleague)
    assert instance.look("/me", token)["display_name"] == "Sam's bot"
    colleague.page.get_by_role("link", name="I have saved it").click()
    expect(colleague.page.get_by_role("heading", level=1)).to_contain_text("Sam's bot")
    assert not RAW.search(colleague.page.content())


def test_a_token_is_rotated_with_an_overlap_then_revoked(
    instance: Instance, owning_team: Team, colleague: Desk
) -> None:
    old = owning_team.add_bot(instance, "Overlap bot")
    open_account(colleague, "Overlap bot")
    colleague.page.get_by_role("link", name="Rotate").click()
    colleague.page.get_by_label("After 24 hours").check()
    colleague.page.get_by_role("button", name="Rotate token").click()
    new = new_token(colleague)
    assert [is_let_in(instance, token) for token in (old, new)] == [True, True]
    colleague.page.get_by_role("link", name="I have saved it").click()
    expect(colleague.page.get_by_text("Replaced by a newer token; works until")).to_be_visible()
    colleague.shoot("account-overlap")
    colleague.page.get_by_role("link", name=f"Revoke sa_…{old[-4:]}").click()
    colleague.page.get_by_role("button", name="Revoke token").click()
    expect(colleague.messages).to_contain_text("It is dead at once.")
    assert [is_let_in(instance, token) for token in (old, new)] == [False, True]


def test_neither_reloading_nor_going_back_shows_or_makes_a_token(
    instance: Instance, owning_team: Team, colleague: Desk
) -> None:
    owning_team.add_bot(instance, "Reload bot")
    open_account(colleague, "Reload bot")
    colleague.page.get_by_role("link", name="Issue token").click()
    colleague.page.get_by_role("button", name="Issue token").click()
    raw = new_token(colleague)
    colleague.page.reload()  # sends the form once more
    expect(colleague.page.get_by_role("heading", level=1)).to_have_text("This form was sent before")
    colleague.shoot("sent-before")
    for _ in range(2):
        colleague.page.go_back()
        assert raw not in colleague.page.content()
    open_account(colleague, "Reload bot")
    expect(colleague.page.locator(".tokens tbody tr")).to_have_count(2)


def test_a_new_token_is_copied(instance: Instance, owning_team: Team, colleague: Desk) -> None:
    owning_team.add_bot(instance, "Copy bot")
    open_account(colleague, "Copy bot")
    colleague.page.get_by_role("link", name="Issue token").click()
    colleague.page.get_by_role("button", name="Issue token").click()
    raw = new_token(colleague)
    colleague.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    colleague.page.get_by_role("button", name="Copy").click()
    expect(colleague.page.get_by_role("status")).to_have_text("Copied.")
    assert colleague.page.evaluate("navigator.clipboard.readText()") == raw


def test_a_session_is_found_from_its_user_and_revoked(
    instance: Instance, owning_team: Team, colleague: Desk
) -> None:
    wilma = owning_team.join(instance, "Wilma")
    token = str(instance.log_in(wilma)["access_token"])
    colleague.page.goto(USERS)
    colleague.search(wilma)
    colleague.row(wilma).get_by_role("link", name=wilma).click()
    colleague.page.get_by_role("link", name="Sessions", exact=True).click()
    expect(colleague.page).to_have_url(re.compile(re.escape(SESSIONS)))
    expect(colleague.page.locator("#result_list tbody tr")).to_have_count(2)
    colleague.shoot("sessions-of-user")
    colleague.page.locator("#result_list tbody th a").first.click()
    expect(colleague.page.get_by_text("Live: its user is logged in")).to_be_visible()
    colleague.page.get_by_role("link", name="End session").click()
    assert is_let_in(instance, token)
    colleague.page.get_by_role("button", name="End session").click()
    expect(colleague.page.get_by_text("nobody is logged in by it")).to_be_visible()
    assert not is_let_in(instance, token)
