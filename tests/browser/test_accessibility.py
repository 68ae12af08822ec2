"""Every page of the admin, on a desk and on a phone, by axe-core."""

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.axe import barriers
from tests.browser.conftest import NARROW, OpenContext, OpenDesk
from tests.browser.office import COLLEAGUE, LONG, OWNER, QUEUE, Desk, Instance, Team
from tests.browser.test_queue import NAMELESS, OVERFLOW
from tests.browser.test_walk import ACCOUNTS, INVITES, LISTS, SESSIONS, TOKENS, USERS, name_of
from tests.environment import IS_LONG
from tests.races.databases import fresh_database
from tests.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.once]

# What a superuser opens to see each page: an address, then the texts of links.
PLAIN = {
    "home": ["/admin/"],
    "app": ["/admin/accounts/"],
    "password": ["/admin/password_change/"],
    "password-changed": ["/admin/password_change/done/"],
    "not-found": ["/nothing"],
    "queue": [QUEUE],
    "queue-all": [f"{QUEUE}?status=all"],
    "refused": [ACCOUNTS, LONG, "Issue token"],
    "session-revoke": [f"{SESSIONS}?state=live", "", "End session"],
    "invite": [f"{INVITES}?state=usable", ""],
    "invite-revoke": [f"{INVITES}?state=usable", "", "Revoke invite"],
    "documents": ["/docs/"],
    "guide": ["/docs/errors.md"],
    "filtered": [f"{TOKENS}?state=expiring"],
    "nothing-found": [f"{INVITES}?q=nobody"],
}
# The same of the owner, who may have tokens made.
OWNED = {
    "owners-home": ["/admin/"],
    "owners-accounts": [ACCOUNTS],
    "create": [f"{ACCOUNTS}add/"],
    "account": [ACCOUNTS, LONG],
    "token": [TOKENS, ""],
    "disable": [ACCOUNTS, LONG, "Disable account"],
    "issue": [ACCOUNTS, LONG, "Issue token"],
    "rotate": [ACCOUNTS, LONG, "Rotate"],
    "revoke": [ACCOUNTS, LONG, "Revoke"],
}


def in_days(days: int) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).isoformat()


def open_page(desk: Desk, steps: list[str]) -> None:
    """An address, then the texts of links; an empty one is the first row of a list."""
    desk.page.goto(steps[0])
    for text in steps[1:]:
        row = desk.page.locator("#result_list tbody th a")
        link = desk.page.get_by_role("link", name=text) if text else row
        desk.follow(link.first)


def check(desk: Desk, name: str) -> None:
    expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    desk.shoot(name)
    assert barriers(desk.page) == []
    assert desk.page.evaluate(NAMELESS) == []
    assert desk.page.evaluate(OVERFLOW) == 0


@pytest.fixture(scope="package")
def night_browser(open_context: OpenContext) -> BrowserContext:
    """Dark, and as narrow as may be: colours and widths do not depend on each other."""
    return open_context(COLLEAGUE, viewport=NARROW, color_scheme="dark")


@pytest.fixture(scope="package")
def owners_night_browser(open_context: OpenContext) -> BrowserContext:
    return open_context(OWNER, viewport=NARROW, color_scheme="dark")


@pytest.fixture
def owners_night(open_desk: OpenDesk, owners_night_browser: BrowserContext) -> Desk:
    return open_desk(owners_night_browser)


@pytest.fixture
def night(open_desk: OpenDesk, night_browser: BrowserContext) -> Desk:
    return open_desk(night_browser)


# Of the phone, whose width lies between theirs, in the long run alone.
LAST = 3 if IS_LONG else 2


@pytest.fixture(params=["colleague", "night", "colleagues_telephone"][:LAST])
def seat(request: pytest.FixtureRequest, team: Team) -> Desk:
    """The superuser's desk, their desk at night, or their phone."""
    desk: Desk = request.getfixturevalue(request.param)
    return desk


@pytest.fixture(params=["desk", "owners_night", "phone"][:LAST])
def owners_seat(request: pytest.FixtureRequest, team: Team) -> Desk:
    """The owner's desk, their desk at night, or their phone."""
    desk: Desk = request.getfixturevalue(request.param)
    return desk


@pytest.mark.parametrize("name", PLAIN)
def test_no_page_has_a_barrier(seat: Desk, name: str) -> None:
    open_page(seat, PLAIN[name])
    check(seat, name)


@pytest.mark.parametrize("name", OWNED)
def test_no_page_of_the_owner_has_a_barrier(owners_seat: Desk, name: str) -> None:
    open_page(owners_seat, OWNED[name])
    check(owners_seat, name)


def test_a_busy_home_page_has_no_barrier(instance: Instance, team: Team, seat: Desk) -> None:
    name = f"Busy{seat.width}"
    denied, _ = instance.sign_up(f"{name}a", f"{name}b")
    team.add_bot(instance, f"Bot {name}", expires_at=in_days(5))
    instance.call("/auth/login", email=denied, password="a guess of somebody")
    open_page(seat, [QUEUE])
    seat.decide("Deny", denied)
    open_page(seat, ["/admin/"])
    expect(seat.page.get_by_text("of them within 7.")).to_be_visible()
    check(seat, "home-busy")


@pytest.mark.parametrize("page", LISTS)
def test_no_list_and_no_detail_has_a_barrier(
    request: pytest.FixtureRequest, team: Team, page: str
) -> None:
    """On a desk alone but in the long run: the queue above is such a list elsewhere, too."""
    for name in ("colleague", "colleagues_telephone", "night")[: 3 if IS_LONG else 1]:
        desk: Desk = request.getfixturevalue(name)
        open_page(desk, [page])
        check(desk, f"{name_of(page)}-list")
        desk.follow(desk.page.locator("#result_list tbody th a").first)
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
        seat.follow(seat.row(waiting).get_by_role("link", name=waiting))
    check(seat, f"decision-{decision or 'none'}")


def test_a_new_token_has_no_barrier(instance: Instance, team: Team, owners_seat: Desk) -> None:
    team.add_bot(instance, f"Axe bot {owners_seat.width}")
    open_page(owners_seat, [ACCOUNTS, "Axe bot", "Issue token"])
    owners_seat.page.get_by_role("button", name="Issue token").click()
    expect(owners_seat.page.get_by_label("Token", exact=True)).to_be_visible()
    check(owners_seat, "new-token")


def test_a_form_that_is_sent_back_has_no_barrier(owners_seat: Desk) -> None:
    open_page(owners_seat, [ACCOUNTS, LONG, "Rotate"])
    owners_seat.page.get_by_role("button", name="Rotate token").click()
    expect(owners_seat.page.get_by_role("alert")).to_be_visible()
    check(owners_seat, "sent-back")


def test_a_user_that_cannot_be_saved_has_no_barrier(seat: Desk) -> None:
    open_page(seat, [USERS, ""])
    seat.page.get_by_label("Name:").fill("a\u202eb")
    seat.page.get_by_role("button", name="Save", exact=True).click()
    expect(seat.page.locator(".errorlist").first).to_be_visible()
    check(seat, "user-error")


def test_the_history_of_a_user_has_no_barrier(seat: Desk) -> None:
    """Django's own, which no page of ours leads to."""
    open_page(seat, [USERS, ""])
    open_page(seat, [seat.page.url.partition("/change/")[0] + "/history/"])
    check(seat, "history")


def test_a_form_sent_twice_has_no_barrier(
    instance: Instance, team: Team, owners_seat: Desk
) -> None:
    team.add_bot(instance, f"Twice {owners_seat.width}")
    open_page(owners_seat, [ACCOUNTS, f"Twice {owners_seat.width}", "Issue token"])
    owners_seat.page.get_by_role("button", name="Issue token").click()
    owners_seat.page.reload()  # sends the form once more
    expect(owners_seat.page.get_by_role("heading", level=1)).to_have_text(
        "This form was sent before"
    )
    check(owners_seat, "sent-twice")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_coming_and_going_has_no_barrier(
    open_desk: OpenDesk, open_context: OpenContext, scheme: str
) -> None:
    desk = open_desk(open_context(viewport=NARROW, color_scheme=scheme))
    desk.page.goto("/admin/")
    check(desk, f"log-in-{scheme}")
    desk.log_in("nobody@nowhere.example")
    expect(desk.page.locator(".errornote")).to_be_visible()
    check(desk, f"log-in-failed-{scheme}")
    desk.log_in(OWNER)
    desk.page.get_by_role("button", name="Log out").click()
    expect(desk.page.get_by_role("link", name="Log in again")).to_be_visible()
    check(desk, f"logged-out-{scheme}")


def test_the_choice_of_an_organization_has_no_barrier(
    open_desk: OpenDesk, open_context: OpenContext, tmp_path: Path
) -> None:
    with fresh_database() as database, serve(database.url, SINGLE_ORGANIZATION="0") as server:
        instance = Instance(server, tmp_path)
        instance.set_up()
        theirs = str(instance.log_in(COLLEAGUE)["access_token"])
        for name in ("Red", "Green"):
            assert instance.call("/organizations", theirs, name=name).status == 201
        desk = Desk(open_context(viewport=NARROW, base_url=server.url).new_page(), instance, None)
        desk.log_in(COLLEAGUE)
        open_page(desk, [f"{ACCOUNTS}add/"])
        expect(desk.page.get_by_role("heading", name="To which organization?")).to_be_visible()
        check(desk, "choose-organization")
        desk.page.close()
    assert desk.complaints == []


def test_a_page_with_a_barrier_is_told(stranger: Desk) -> None:
    """Else the others would pass whatever they looked at."""
    stranger.page.set_content('<html lang="en"><main><img src="data:,"><input></main></html>')
    assert [text.split(":")[0] for text in barriers(stranger.page)] != []
