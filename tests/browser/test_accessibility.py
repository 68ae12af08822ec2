"""Every page of the admin, on a desk and on a phone, by axe-core."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers
from tests.browser.office import LONG, QUEUE, Desk, Instance, Team
from tests.browser.test_queue import NAMELESS, OVERFLOW
from tests.browser.test_walk import ACCOUNTS, INVITES, LISTS, SESSIONS, TOKENS, name_of
from tests.environment import IS_LONG

pytestmark = [pytest.mark.browser, pytest.mark.once]

# What a desk opens to see each page; a word in braces is a link that is followed.
PLAIN = {
    "home": ["/admin/"],
    "app": ["/admin/accounts/"],
    "password": ["/admin/password_change/"],
    "queue": [QUEUE],
    "queue-all": [f"{QUEUE}?status=all"],
    "create": [f"{ACCOUNTS}add/"],
    "account": [ACCOUNTS, LONG],
    "issue": [ACCOUNTS, LONG, "Issue token"],
    "rotate": [ACCOUNTS, LONG, "Rotate"],
    "revoke": [ACCOUNTS, LONG, "Revoke"],
    "session-revoke": [f"{SESSIONS}?state=live", "", "End session"],
    "filtered": [f"{TOKENS}?state=expiring"],
    "nothing-found": [f"{INVITES}?q=nobody"],
}


def in_days(days: int) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).isoformat()


def open_page(desk: Desk, steps: list[str]) -> None:
    """An address, then the texts of links; an empty one is the first row of a list."""
    desk.page.goto(steps[0])
    for text in steps[1:]:
        row = desk.page.locator("#result_list tbody th a")
        link = desk.page.get_by_role("link", name=text) if text else row
        with desk.page.expect_navigation():
            link.first.click()


def check(desk: Desk, name: str) -> None:
    expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    desk.shoot(name)
    assert barriers(desk.page) == []
    assert desk.page.evaluate(NAMELESS) == []
    assert desk.page.evaluate(OVERFLOW) == 0


@pytest.fixture(params=["desk", "phone"])
def seat(request: pytest.FixtureRequest, owning_team: Team) -> Desk:
    """The superuser's desk, or their phone."""
    names = {"desk": "colleague", "phone": "colleagues_telephone"}
    desk: Desk = request.getfixturevalue(names[request.param])
    return desk


@pytest.mark.parametrize("name", PLAIN)
def test_no_page_has_a_barrier(seat: Desk, name: str) -> None:
    open_page(seat, PLAIN[name])
    check(seat, name)


def test_a_busy_home_page_has_no_barrier(instance: Instance, owning_team: Team, seat: Desk) -> None:
    name = f"Busy{seat.width}"
    denied, _ = instance.sign_up(f"{name}a", f"{name}b")
    owning_team.add_bot(instance, f"Bot {name}", expires_at=in_days(5))
    instance.call("/auth/login", email=denied, password="a guess of somebody")
    open_page(seat, [QUEUE])
    seat.decide("Deny", denied)
    open_page(seat, ["/admin/"])
    expect(seat.page.get_by_text("of them within 7.")).to_be_visible()
    check(seat, "home-busy")


@pytest.mark.parametrize("page", LISTS)
def test_no_list_and_no_detail_has_a_barrier(
    request: pytest.FixtureRequest, owning_team: Team, page: str
) -> None:
    """On a phone only in the long run: the queue above is such a list there, too."""
    for name in ("colleague", "colleagues_telephone")[: 2 if IS_LONG else 1]:
        desk: Desk = request.getfixturevalue(name)
        open_page(desk, [page])
        check(desk, f"{name_of(page)}-list")
        desk.page.locator("#result_list tbody th a").first.click()
        expect(desk.page.locator("form .form-row").first).to_be_visible()
        check(desk, f"{name_of(page)}-page")


@pytest.mark.parametrize("decision", ["", "Approve", "Deny"])
def test_no_decision_has_a_barrier(instance: Instance, seat: Desk, decision: str) -> None:
    name = f"Wanda{decision}{seat.width}"
    (waiting,) = instance.sign_up(name)
    open_page(seat, [QUEUE])
    if decision:
        seat.choose(decision, waiting)
    else:
        seat.row(waiting).get_by_role("link", name=waiting).click()
    check(seat, f"decision-{decision or 'none'}")


def test_a_new_token_has_no_barrier(instance: Instance, owning_team: Team, seat: Desk) -> None:
    owning_team.add_bot(instance, f"Axe bot {seat.width}")
    open_page(seat, [ACCOUNTS, "Axe bot", "Issue token"])
    seat.page.get_by_role("button", name="Issue token").click()
    expect(seat.page.get_by_label("Token", exact=True)).to_be_visible()
    check(seat, "new-token")


def test_a_form_that_is_sent_back_has_no_barrier(seat: Desk) -> None:
    open_page(seat, [ACCOUNTS, LONG, "Rotate"])
    seat.page.get_by_role("button", name="Rotate token").click()
    expect(seat.page.get_by_role("alert")).to_be_visible()
    check(seat, "sent-back")


def test_the_log_in_has_no_barrier(stranger: Desk) -> None:
    stranger.page.goto("/admin/")
    assert barriers(stranger.page) == []
    stranger.log_in("nobody@nowhere.example")
    expect(stranger.page.locator(".errornote")).to_be_visible()
    assert barriers(stranger.page) == []


def test_a_page_with_a_barrier_is_told(stranger: Desk) -> None:
    """Else the others would pass whatever they looked at."""
    stranger.page.set_content('<html lang="en"><main><img src="data:,"><input></main></html>')
    assert [text.split(":")[0] for text in barriers(stranger.page)] != []
