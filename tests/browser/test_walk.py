"""A superuser's way through the admin; the outcome is looked at through the API."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers
from tests.browser.office import COLLEAGUE, LONG, OWNER, Desk, Instance, Team
from tests.browser.test_queue import OVERFLOW

pytestmark = [pytest.mark.browser, pytest.mark.once]

USERS = "/admin/accounts/user/"
SESSIONS = "/admin/accounts/session/"
EVENTS = "/admin/accounts/auditevent/"
ORGANIZATIONS = "/admin/organizations/organization/"
ROLES = "/admin/organizations/role/"
INVITES = "/admin/organizations/invite/"
ACCOUNTS = "/admin/service_accounts/serviceaccount/"
TOKENS = "/admin/service_accounts/serviceaccounttoken/"
# What finds a row of each list, and a choice of its filter that shows one.
SEARCHES = {
    USERS: ("olivia", "Person"),
    SESSIONS: ("olivia", "Live"),
    EVENTS: (OWNER, "Log-in succeeded"),
    ORGANIZATIONS: ("acme", ""),
    ROLES: ("owner", "Yes"),
    INVITES: (LONG.lower(), "Usable"),
    ACCOUNTS: (LONG, "OpenRouter"),
    TOKENS: (LONG, "Active"),
}
LISTS = list(SEARCHES)


def is_let_in(instance: Instance, token: str) -> bool:
    return instance.look("/me", token).status == 200


def name_of(page: str) -> str:
    return page.rstrip("/").rpartition("/")[2]


def find_event(desk: Desk, action: str) -> None:
    """Look an action up in the audit trail, by its filter and by who did it."""
    desk.page.goto(EVENTS)
    desk.page.locator("#changelist-filter").get_by_role("link", name=action, exact=True).click()
    desk.search(COLLEAGUE)
    expect(desk.row(action).first).to_contain_text(COLLEAGUE)


def test_somebody_is_found_and_shut_out_at_once(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    mallory = team.join(instance, "Mallory")
    token = str(instance.log_in(mallory)["access_token"])
    assert is_let_in(instance, token)
    colleague.page.goto(USERS)
    colleague.search(mallory)
    colleague.row(mallory).get_by_role("link", name=mallory).click()
    colleague.page.get_by_label("Active").uncheck()
    colleague.shoot("user-disable")
    colleague.page.get_by_role("button", name="Save", exact=True).click()
    expect(colleague.messages).to_contain_text("was changed successfully")
    assert not is_let_in(instance, token)
    assert instance.log_in(mallory).status == 401
    find_event(colleague, "User disabled")


def test_a_session_is_ended_and_another_is_not(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    nina, oscar = team.join(instance, "Nina"), team.join(instance, "Oscar")
    hers, his = (str(instance.log_in(address)["access_token"]) for address in (nina, oscar))
    colleague.page.goto(SESSIONS)
    colleague.search(nina)
    colleague.act("End selected sessions", nina)
    colleague.shoot("end-several")
    assert barriers(colleague.page) == []
    colleague.page.get_by_role("button", name="End 2 sessions").click()
    # One of the sign-up, one of the log-in.
    expect(colleague.messages).to_have_text("Ended: 2 sessions.")
    assert [is_let_in(instance, token) for token in (hers, his)] == [False, True]
    find_event(colleague, "Session ended")


def test_all_sessions_of_somebody_are_ended_from_their_page(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    quentin = team.join(instance, "Quentin")
    token = str(instance.log_in(quentin)["access_token"])
    colleague.page.goto(USERS)
    colleague.search(quentin)
    colleague.row(quentin).get_by_role("link", name=quentin).click()
    colleague.page.get_by_role("link", name="End all sessions").click()
    expect(colleague.page.get_by_role("heading", level=1)).to_contain_text(quentin)
    colleague.shoot("end-all")
    assert barriers(colleague.page) == []
    assert is_let_in(instance, token)
    colleague.page.get_by_role("button", name="End all sessions").click()
    expect(colleague.messages).to_have_text(f"Ended: 2 sessions of Quentin ({quentin}).")
    assert not is_let_in(instance, token)


def test_an_invite_is_revoked(instance: Instance, team: Team, colleague: Desk) -> None:
    peter = team.join(instance, "Peter")
    token = team.invite(instance, peter)
    colleague.page.goto(INVITES)
    colleague.act("Revoke selected invites", peter)
    colleague.shoot("revoke-invites")
    colleague.page.get_by_role("button", name="Revoke 1 invite").click()
    expect(colleague.messages).to_have_text("Revoked: 1 invite.")
    expect(colleague.row(peter).locator(".field-state")).to_have_text("revoked")
    his = str(instance.log_in(peter)["access_token"])
    assert instance.call(f"/invites/{token}/accept", his)["code"] == "invite_not_found"
    find_event(colleague, "Invite revoked")


def test_a_token_is_revoked(instance: Instance, team: Team, colleague: Desk) -> None:
    token = team.add_bot(instance, "Deploy bot")
    assert is_let_in(instance, token)
    colleague.page.goto(TOKENS)
    colleague.act("Revoke selected tokens", "Deploy bot")
    colleague.shoot("revoke-several")
    assert barriers(colleague.page) == []
    colleague.page.get_by_role("button", name="Revoke 1 token").click()
    expect(colleague.messages).to_contain_text("Revoked: 1 token, dead at once.")
    expect(colleague.row("Deploy bot").locator(".field-state")).to_have_text("revoked")
    assert not is_let_in(instance, token)
    find_event(colleague, "Token revoked")


def test_a_service_account_is_disabled_and_enabled(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    token = team.add_bot(instance, "Night bot")
    colleague.page.goto(ACCOUNTS)
    for action, is_let in (("Disable", False), ("Enable", True)):
        colleague.act(f"{action} selected service accounts", "Night bot")
        colleague.shoot(f"{action.lower()}-selected")
        assert barriers(colleague.page) == []
        assert is_let_in(instance, token) is not is_let
        colleague.page.get_by_role("button", name=f"{action} 1 service account").click()
        expect(colleague.messages).to_have_text(f"{action}d: 1 service account.")
        assert is_let_in(instance, token) is is_let
    find_event(colleague, "Service account changed")


def test_an_event_tells_what_was_before_and_after(
    instance: Instance, team: Team, colleague: Desk
) -> None:
    colleague.page.goto(ORGANIZATIONS)
    colleague.page.get_by_role("link", name="Acme").first.click()
    colleague.page.get_by_label("Name").fill("Acme & Daughters")
    colleague.page.get_by_role("button", name="Save", exact=True).click()
    find_event(colleague, "Organization changed")
    colleague.row("Organization changed").first.get_by_role("link").first.click()
    expect(colleague.page.locator(".field-was .readonly")).to_have_text("name: Acme")
    expect(colleague.page.locator(".field-became .readonly")).to_have_text("name: Acme & Daughters")
    colleague.shoot("auditevent-changed")


def test_the_owner_is_offered_sign_ups_service_accounts_and_tokens_alone(desk: Desk) -> None:
    desk.page.goto("/admin/")
    lists = desk.page.locator("#content-main .lists").get_by_role("link")
    expect(lists).to_have_text(["Sign-up requests", "Service account tokens", "Service accounts"])
    for page in LISTS:
        answer = desk.page.goto(page)
        assert answer is not None
        assert answer.status == (200 if page in {ACCOUNTS, TOKENS} else 403)


@pytest.mark.parametrize("page", LISTS)
def test_every_list_is_searched_and_filtered(team: Team, colleague: Desk, page: str) -> None:
    text, choice = SEARCHES[page]
    rows = colleague.page.locator("#result_list tbody tr")
    colleague.page.goto(page)
    colleague.search("nobody of this name")
    expect(colleague.page.get_by_text("0 found")).to_be_visible()
    colleague.page.get_by_role("link", name="Show all").click()
    colleague.search(text)
    expect(rows.first).to_contain_text(re.compile(text, re.IGNORECASE))
    if choice:
        filters = colleague.page.locator("#changelist-filter")
        filters.get_by_role("link", name=choice, exact=True).click()
        expect(filters.locator(".selected")).to_contain_text([choice])
        expect(rows.first).to_contain_text(re.compile(text, re.IGNORECASE))


@pytest.mark.parametrize("page", LISTS)
def test_every_list_and_its_details_fit_on_a_phone(
    team: Team, colleagues_telephone: Desk, page: str
) -> None:
    phone = colleagues_telephone
    phone.page.goto(page)
    expect(phone.page.locator("#result_list")).to_be_visible()
    phone.shoot(name_of(page))
    assert phone.page.evaluate(OVERFLOW) == 0
    phone.page.locator("#result_list tbody th a").first.click()
    expect(phone.page.locator("form .form-row").first).to_be_visible()
    phone.shoot(f"{name_of(page)}-detail")
    assert phone.page.evaluate(OVERFLOW) == 0
