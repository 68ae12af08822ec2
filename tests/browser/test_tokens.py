"""The owner, who is careful and no programmer, looks after the tokens of service accounts, with the
rights that the first account gets; each token is tried at the API."""

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
    instance: Instance, team: Team, desk: Desk
) -> None:
    desk.page.goto(ACCOUNTS)
    desk.page.get_by_role("link", name="Add service account").click()
    desk.page.get_by_label("Name").fill("Sam's bot")
    desk.shoot("create-filled")
    desk.page.get_by_role("button", name="Add and show the token").click()
    token = new_token(desk)
    assert instance.look("/me", token)["display_name"] == "Sam's bot"
    desk.page.get_by_role("link", name="I have saved it").click()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("Sam's bot")
    assert not RAW.search(desk.page.content())


def test_a_token_is_rotated_with_an_overlap_then_revoked(
    instance: Instance, team: Team, desk: Desk
) -> None:
    old = team.add_bot(instance, "Overlap bot")
    open_account(desk, "Overlap bot")
    desk.page.get_by_role("link", name="Rotate").click()
    desk.page.get_by_label("After 24 hours").check()
    desk.page.get_by_role("button", name="Rotate token").click()
    new = new_token(desk)
    assert [is_let_in(instance, token) for token in (old, new)] == [True, True]
    desk.page.get_by_role("link", name="I have saved it").click()
    expect(desk.page.get_by_text("Replaced by a newer token; works until")).to_be_visible()
    desk.shoot("account-overlap")
    desk.page.get_by_role("link", name=f"Revoke sa_…{old[-4:]}").click()
    desk.page.get_by_role("button", name="Revoke token").click()
    expect(desk.messages).to_contain_text("It is dead at once.")
    assert [is_let_in(instance, token) for token in (old, new)] == [False, True]


def test_neither_reloading_nor_going_back_shows_or_makes_a_token(
    instance: Instance, team: Team, desk: Desk
) -> None:
    team.add_bot(instance, "Reload bot")
    open_account(desk, "Reload bot")
    desk.page.get_by_role("link", name="Issue token").click()
    desk.page.get_by_role("button", name="Issue token").click()
    raw = new_token(desk)
    desk.page.reload()  # sends the form once more
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("This form was sent before")
    desk.shoot("sent-before")
    for _ in range(2):
        desk.page.go_back()
        assert raw not in desk.page.content()
    open_account(desk, "Reload bot")
    expect(desk.page.locator(".tokens tbody tr")).to_have_count(2)


def test_a_new_token_is_copied(instance: Instance, team: Team, desk: Desk) -> None:
    team.add_bot(instance, "Copy bot")
    open_account(desk, "Copy bot")
    desk.page.get_by_role("link", name="Issue token").click()
    desk.page.get_by_role("button", name="Issue token").click()
    raw = new_token(desk)
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.page.get_by_role("button", name="Copy").click()
    expect(desk.page.get_by_role("status")).to_have_text("Copied.")
    assert desk.page.evaluate("navigator.clipboard.readText()") == raw


def test_an_account_is_disabled_and_enabled_on_its_page(
    instance: Instance, team: Team, desk: Desk
) -> None:
    token = team.add_bot(instance, "Switch bot")
    open_account(desk, "Switch bot")
    for verb, is_let, state in (
        ("Disable", False, "Refused: its account"),
        ("Enable", True, "Act"),
    ):
        desk.page.get_by_role("link", name=f"{verb} account").click()
        expect(desk.page.get_by_role("heading", level=1)).to_have_text(f"{verb} Switch bot?")
        desk.shoot(f"account-{verb.lower()}")
        assert is_let_in(instance, token) is not is_let
        desk.page.get_by_role("button", name=f"{verb} service account").click()
        expect(desk.messages).to_have_text(f"{verb}d: Switch bot.")
        expect(desk.page.locator(".tokens .field-state")).to_contain_text(state)
        desk.shoot(f"account-{verb.lower()}d")
        assert is_let_in(instance, token) is is_let


def test_a_superuser_who_is_no_member_is_told_who_makes_the_token(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    team.add_bot(instance, "Refused bot")
    open_account(colleague, "Refused bot")
    colleague.page.get_by_role("link", name="Issue token").click()
    expect(colleague.page.get_by_text("Ask an owner of Acme")).to_be_visible()
    colleague.shoot("refused")


def test_a_session_is_found_from_its_user_and_revoked(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    wilma = team.join(instance, "Wilma")
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
