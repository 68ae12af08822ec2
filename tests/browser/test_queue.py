"""What staff see of the sign-ups that wait; looking decides nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import OWNER, QUEUE, Desk, Instance, Team

pytestmark = [pytest.mark.browser, pytest.mark.once]

NAMES = ("Alan", "Edsger", "Frances", "Katherine", "Niklaus")
# Of the controls that somebody can see, those that a screen reader has no name for.
NAMELESS = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
    .filter(element => element.checkVisibility())
    .filter(element => !(element.labels?.length || element.ariaLabel || element.title
        || element.innerText?.trim() || (element.type === "submit" && element.value)))
    .map(element => element.outerHTML)
"""
# By how many pixels the page, or the list in it, is wider than what is seen of it.
OVERFLOW = """
() => Math.max(...[...document.querySelectorAll("html, #changelist .results")]
    .map(element => element.scrollWidth - element.clientWidth))
"""


@pytest.fixture(scope="module")
def waiting(instance: Instance, team: Team) -> list[str]:
    """The e-mails of five who wait, in the order in which they came, and nobody else."""
    team.decide(instance, "deny")
    return instance.sign_up(*NAMES)


def is_pending(instance: Instance, address: str) -> bool:
    return bool(instance.log_in(address).body.get("signup_pending"))


def test_a_wrong_password_opens_nothing(stranger: Desk) -> None:
    stranger.log_in(OWNER, password="a guess of somebody")
    expect(stranger.page.locator(".errornote")).to_contain_text("Please enter the correct")
    stranger.page.goto(QUEUE)
    expect(stranger.page.get_by_role("button", name="Log in")).to_be_visible()
    stranger.shoot("log-in")


def test_an_applicant_is_no_staff(waiting: list[str], stranger: Desk) -> None:
    stranger.log_in(waiting[0])
    expect(stranger.page.locator(".errornote")).to_be_visible()


def test_staff_find_who_waits_oldest_first(waiting: list[str], desk: Desk) -> None:
    desk.page.goto("/admin/")
    desk.shoot("start")
    desk.page.get_by_role("link", name="Sign-up requests").click()
    expect(desk.emails).to_have_text(waiting)
    desk.shoot("queue")


def test_a_row_says_who_it_is_since_when_and_from_where(waiting: list[str], desk: Desk) -> None:
    desk.open_queue()
    row = desk.row(waiting[1])
    expect(row.locator(".field-name")).to_have_text("Edsger")
    expect(row.locator(".field-waiting")).to_contain_text(re.compile("moment|minute"))
    expect(row.locator(".field-origin")).to_contain_text("127.0.0.1")
    expect(row.locator(".field-origin")).to_contain_text("hyperspeed-demo")


def test_both_decisions_are_in_sight(waiting: list[str], desk: Desk) -> None:
    desk.open_queue()
    for decision in ("Approve", "Deny"):
        expect(desk.row(waiting[0]).get_by_role("link", name=decision)).to_be_in_viewport(ratio=1)


def test_opening_the_page_that_asks_decides_nothing(
    instance: Instance, waiting: list[str], desk: Desk
) -> None:
    desk.open_queue()
    desk.choose("Approve", waiting[0])
    question = desk.page.get_by_role("heading", name=f"Approve the sign-up of {waiting[0]}?")
    expect(question).to_be_visible()
    desk.shoot("approve")
    desk.page.get_by_role("link", name="Cancel").click()
    expect(desk.emails).to_have_text(waiting)
    assert is_pending(instance, waiting[0])


def test_a_search_finds_by_name(waiting: list[str], desk: Desk) -> None:
    desk.open_queue()
    desk.page.get_by_label("Search by e-mail or name").fill("kath")
    desk.page.get_by_role("button", name="Search").click()
    expect(desk.emails).to_have_text([waiting[3]])
    desk.page.get_by_role("link", name="Show all").click()
    expect(desk.emails).to_have_text(waiting)


def test_a_request_shows_its_status_and_lets_nobody_edit_it(waiting: list[str], desk: Desk) -> None:
    desk.open_queue()
    desk.row(waiting[0]).get_by_role("link", name=waiting[0]).click()
    expect(desk.page.locator(".field-status")).to_contain_text("Pending")
    # But for a note, which is no part of it.
    controls = "#content :is(input, select, textarea):visible:not(.notes *)"
    assert desk.page.locator(controls).count() == 0
    desk.shoot("request")


def test_a_user_shows_the_status_and_lets_nobody_edit_it(
    waiting: list[str], colleague: Desk
) -> None:
    colleague.page.goto("/admin/accounts/user/")
    colleague.page.get_by_role("link", name=waiting[0]).click()
    status = colleague.page.locator(".field-signup_status")
    expect(status).to_contain_text("Pending")
    assert status.locator("input, select, textarea").count() == 0


def test_a_forged_edit_of_the_status_is_refused(
    instance: Instance, waiting: list[str], colleague: Desk
) -> None:
    colleague.open_queue()
    colleague.row(waiting[0]).get_by_role("link", name=waiting[0]).click()
    expect(colleague.page.locator(".field-status")).to_be_visible()
    token = colleague.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    form: dict[str, str | float | bool] = {"csrfmiddlewaretoken": token, "status": "approved"}
    answer = colleague.page.request.post(colleague.page.url, form=form)
    assert answer.status == 403
    assert is_pending(instance, waiting[0])


@pytest.mark.parametrize("page", ["queue", "deny", "request"])
def test_it_all_fits_on_a_phone(waiting: list[str], phone: Desk, page: str) -> None:
    phone.open_queue()
    expect(phone.row(waiting[0]).get_by_role("link", name="Approve")).to_be_visible()
    if page == "deny":
        phone.choose("Deny", waiting[0])
    elif page == "request":
        phone.follow(phone.row(waiting[0]).get_by_role("link", name=waiting[0]))
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("ign-up")
    assert phone.page.evaluate(OVERFLOW) == 0
    phone.shoot(page)


@pytest.mark.parametrize("page", ["queue", "deny"])
def test_every_control_has_a_name(waiting: list[str], desk: Desk, page: str) -> None:
    desk.open_queue()
    if page == "deny":
        desk.choose("Deny", waiting[0])
        expect(desk.page.get_by_label("Internal reason")).to_be_visible()
    assert desk.page.evaluate(NAMELESS) == []
