"""Staff's day with a sign-up: from the mail to the page, its facts and notes, keys, and undoing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import OpenContext, OpenDesk
from tests.browser.office import COLLEAGUE, OWNER, QUEUE, Desk, Instance
from tests.browser.test_queue import NAMELESS, OVERFLOW
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once]

MAILS = f"{QUEUE}mails/"


@pytest.fixture(scope="module", autouse=True)
def leaves_nobody_waiting(instance: Instance) -> Iterator[None]:
    yield
    assert instance.server.manage("approve_signup", "--all").returncode == 0


def open_request(desk: Desk, address: str, tab: str = "Pending") -> None:
    desk.open_queue(tab)
    desk.row(address).get_by_role("link", name=address).click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(f"Sign-up of {address}")


def press(desk: Desk, key: str) -> None:
    desk.page.locator("body").press(key)


def link_in_mail(instance: Instance, to: str, about: str) -> str:
    """The address of the page that a mail to staff names, on this server."""
    texts = [file.read_text("utf-8") for file in instance.mailbox.glob("*.log")]
    (mail,) = [text for text in texts if f"To: {to}" in text and f"Acme: {about}" in text]
    found = re.search(r"Approve or deny: \S+?(/admin/\S+)", mail.replace("=\n", ""))
    assert found
    return found[1]


def test_from_the_mail_to_the_decision_and_back(instance: Instance, stranger: Desk) -> None:
    """The log-in leads to the page of the link; nothing is decided before the last button."""
    (hedy,) = instance.sign_up("Hedy")
    page = stranger.page
    page.goto(link_in_mail(instance, OWNER, hedy))
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Sign-up of {hedy}")
    expect(page.locator(".facts")).to_contain_text("At hedy.example")
    page.get_by_label("Add a note").fill("Asked her team; nobody knows her")
    page.get_by_role("button", name="Add the note").dblclick()
    expect(page.locator(".notes article")).to_contain_text("nobody knows her")
    expect(page.locator(".notes article")).to_have_count(1)
    press(stranger, "d")
    expect(page.get_by_label("Internal reason")).to_be_visible()
    assert instance.log_in(hedy)["signup_pending"] is True
    page.get_by_label("Internal reason").fill("Unknown here")
    stranger.confirm("Deny")
    assert instance.log_in(hedy).status == 403
    open_request(stranger, hedy, "Denied")
    expect(page.locator(".history")).to_contain_text(f"Denied by Olivia Owner ({OWNER}).")
    expect(page.locator(".history blockquote")).to_have_text("Unknown here")
    stranger.shoot("request-denied")
    press(stranger, "r")
    stranger.confirm("Re-open")
    assert instance.log_in(hedy)["signup_pending"] is True


def test_the_end_of_a_long_address_is_in_sight(instance: Instance, desk: Desk) -> None:
    """It is the domain: who decides must not take the beginning for all of it."""
    (address,) = instance.sign_up("l" * 60)
    open_request(desk, address)
    row = desk.page.locator(".form-row.field-email")
    assert row.evaluate("row => row.scrollWidth - row.clientWidth") == 0


def test_an_approval_is_undone(instance: Instance, desk: Desk) -> None:
    (joan,) = instance.sign_up("Joan")
    desk.open_queue()
    desk.decide("Approve", joan)
    open_request(desk, joan, "Approved")
    desk.shoot("request-approved")
    desk.page.get_by_role("link", name="Undo the approval").click()
    expect(desk.page.locator("form.decide")).to_contain_text("will no longer be a member of Acme")
    desk.shoot("undo")
    assert barriers(desk.page) == []
    desk.confirm("Undo the approval")
    expect(desk.messages).to_have_text(f"Approval undone: {joan}.")
    assert instance.log_in(joan)["signup_pending"] is True


def test_two_see_each_other(instance: Instance, desk: Desk, colleague: Desk) -> None:
    (ida,) = instance.sign_up("Ida")
    open_request(desk, ida)
    open_request(colleague, ida)
    looking = f"Olivia Owner ({OWNER}) is looking at this too."
    expect(colleague.page.get_by_role("status")).to_have_text(looking)
    colleague.shoot("request-looking")
    # What the page does from time to time, it does too when it is looked at again.
    with desk.page.expect_response("**/presence/"):
        desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.page.get_by_role("status")).to_contain_text("is looking at this too")
    colleague.page.get_by_role("link", name="Deny", exact=True).click()
    colleague.confirm("Deny")
    with desk.page.expect_response("**/presence/"):
        desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.page.get_by_role("alert")).to_contain_text("was already denied by")


def test_keys_lead_through_the_queue_and_decide_nothing(instance: Instance, desk: Desk) -> None:
    first, second = instance.sign_up("Lise", "Marie")
    open_request(desk, first)
    press(desk, "n")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(f"Sign-up of {second}")
    press(desk, "q")
    expect(desk.emails.first).to_be_visible()
    press(desk, "j")
    expect(desk.emails.first.get_by_role("link")).to_be_focused()
    desk.page.keyboard.press("j")
    expect(desk.emails.nth(1).get_by_role("link")).to_be_focused()
    desk.page.keyboard.press("k")
    desk.page.keyboard.press("a")
    question = desk.page.get_by_role("heading", name=re.compile("^Approve the sign-up of"))
    expect(question).to_be_visible()
    for address in (first, second):
        assert instance.log_in(address)["signup_pending"] is True


def test_letters_in_a_note_are_no_keys_and_keys_can_be_turned_off(
    instance: Instance, desk: Desk
) -> None:
    (emmy,) = instance.sign_up("Emmy")
    open_request(desk, emmy)
    desk.page.get_by_label("Add a note").press_sequentially("adn")
    expect(desk.page.get_by_label("Add a note")).to_have_value("adn")
    desk.page.get_by_role("button", name="Turn keys off").click()
    press(desk, "a")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(f"Sign-up of {emmy}")
    desk.page.get_by_role("button", name="Turn keys on").click()
    press(desk, "a")
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("Approve")


def test_several_are_denied_and_each_is_told(instance: Instance, desk: Desk, phone: Desk) -> None:
    names = instance.sign_up("Rosalind", "Chien", "Vera")
    desk.open_queue()
    for address in names:
        desk.row(address).get_by_role("checkbox").check()
    desk.page.get_by_label("Action:").select_option("Deny selected requests")
    desk.page.get_by_role("button", name="Go").click()
    expect(desk.page.locator("form.decide")).to_contain_text("from this network")
    desk.shoot("deny-several")
    assert barriers(desk.page) == []
    desk.page.get_by_role("button", name="Deny 3 people").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Denied: 3 of 3")
    for address in names:
        row = desk.page.locator(".outcomes tr", has_text=address)
        expect(row).to_contain_text("No mail reaches them: no mail server is set up.")
    desk.shoot("outcomes")
    assert desk.page.evaluate(OVERFLOW) == 0
    assert barriers(desk.page) == []


def test_several_are_approved_and_that_is_undone(
    instance: Instance, desk: Desk, phone: Desk
) -> None:
    names = instance.sign_up("Annie", "Henrietta", "Williamina")
    desk.open_queue()
    for address in names:
        desk.row(address).get_by_role("checkbox").check()
    desk.page.get_by_label("Action:").select_option("Approve selected requests")
    desk.page.get_by_role("button", name="Go").click()
    desk.page.get_by_role("button", name="Approve 3 people").click()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Approved: 3 of 3")
    desk.shoot("outcomes-approved")
    phone.open_queue("Approved")
    expect(phone.row(names[0]).get_by_role("checkbox")).to_be_visible()
    assert phone.page.evaluate(OVERFLOW) == 0
    phone.shoot("approved-list")
    press(desk, "u")
    expect(desk.page.locator("form.decide")).to_contain_text("no longer be members")
    desk.shoot("undo-several")
    assert barriers(desk.page) == []
    desk.page.get_by_role("button", name="Undo the approval of 3 people").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Approval undone: 3 of 3")
    assert instance.log_in(names[2])["signup_pending"] is True


def test_staff_choose_their_mails(instance: Instance, desk: Desk, phone: Desk) -> None:
    desk.page.goto("/admin/")
    desk.page.get_by_role("link", name="Sign-up mails").click()
    expect(desk.page.get_by_label("At once, a mail for each sign-up")).to_be_checked()
    desk.page.get_by_label("Once a day").check()
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.messages).to_have_text("Your choice was saved.")
    desk.shoot("mails")
    assert desk.page.evaluate(NAMELESS) == []
    assert barriers(desk.page) == []
    phone.page.goto(MAILS)
    expect(phone.page.get_by_label("Once a day")).to_be_checked()
    assert phone.page.evaluate(OVERFLOW) == 0
    phone.shoot("mails")
    desk.page.get_by_label("At once").check()
    desk.page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("page", ["pending", "denied", "undo", "outcomes"])
def test_it_all_fits_on_a_phone(instance: Instance, phone: Desk, page: str) -> None:
    addresses = instance.sign_up(f"{page}1", f"{page}2")
    long = instance.call("/auth/register", email=f"{'x' * 60}@{page}1.example", password=PASSWORD)
    assert long.status == 201
    if page == "outcomes":
        phone.open_queue()
        phone.act("Approve selected requests", f"{page}1")
        phone.follow(phone.page.get_by_role("button", name="Approve"))
    else:
        open_request(phone, addresses[0])
        phone.page.get_by_label("Add a note").fill("Knows " + "Llanfairpwllgwyngyll" * 6)
        phone.follow(phone.page.get_by_role("button", name="Add the note"))
    if page in {"denied", "undo"}:
        decision = "Deny" if page == "denied" else "Approve"
        phone.follow(phone.page.get_by_role("link", name=decision, exact=True))
        phone.confirm(decision)
        open_request(phone, addresses[0], "Denied" if page == "denied" else "Approved")
    expect(phone.page.get_by_role("heading", level=1)).to_be_visible()
    assert phone.page.evaluate(OVERFLOW) == 0
    assert phone.page.evaluate(NAMELESS) == []
    assert barriers(phone.page) == []
    phone.shoot(f"review-{page}")


def test_it_works_without_script(
    instance: Instance, open_desk: OpenDesk, open_context: OpenContext
) -> None:
    (mary,) = instance.sign_up("Mary")
    desk = open_desk(open_context(COLLEAGUE, java_script_enabled=False))
    open_request(desk, mary)
    expect(desk.page.locator(".keys")).to_be_hidden()
    desk.page.get_by_label("Add a note").fill("No script here")
    desk.page.get_by_role("button", name="Add the note").click()
    expect(desk.page.locator(".notes article")).to_contain_text("No script here")
    desk.page.get_by_role("link", name="Approve", exact=True).click()
    desk.confirm("Approve")
    assert "signup_pending" not in instance.log_in(mary).body
