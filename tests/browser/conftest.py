"""A real browser against a real server, on a fresh database of the kind that DATABASE_URL names."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.office import COLLEAGUE, LONG, OWNER, Desk, Instance, Team
from tests.races.databases import fresh_database
from tests.server import serve

# The shell draws the same pages for half the time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # its sandbox refuses to run as root, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Nothing leaves the machine.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
# The least that a page must fit into (WCAG 2.2, 1.4.10): 1280 pixels, enlarged four times.
NARROW: ViewportSize = {"width": 320, "height": 640}
# All sign-ups come from one address here.
LIMITS: dict[str, Any] = {"AUTH_RATE_PER_MINUTE": "10000", "REGISTRATIONS_PER_HOUR": "10000"}

OpenDesk = Callable[[BrowserContext], Desk]
OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A served instance that all share; each test brings its own people."""
    mailbox = tmp_path_factory.mktemp("instance") / "mails"
    with (
        fresh_database() as database,
        serve(database.url, EMAIL_URL=f"file://{mailbox}", **LIMITS) as server,
    ):
        instance = Instance(server, mailbox)
        instance.set_up()
        yield instance


@pytest.fixture(scope="package")
def team(instance: Instance) -> Team:
    """Acme at work, with something in every list."""
    olivia = str(instance.log_in(OWNER)["access_token"])
    (organization,) = instance.look("/organizations", olivia)["organizations"]
    team = Team(olivia, f"/organizations/{organization['id']}")
    team.invite(instance, f"{'a' * 60}@{LONG}.example".lower())
    team.add_bot(instance, LONG)
    instance.call(f"{team.home}/roles", olivia, name=LONG)
    return team


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium.

    Not for the whole session: while Playwright runs, there is an event loop in this thread, and
    Django refuses to touch a database then.
    """
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        missing = f"there is no Chromium: none of {', '.join(CHROMIUMS)} is on the PATH"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """The folder of the pictures; none are taken, which is faster, unless SCREENSHOTS names it."""
    named = os.environ.get("SCREENSHOTS")
    return Path(named) if named else None


@pytest.fixture
def open_desk(instance: Instance, shots: Path | None) -> Iterator[OpenDesk]:
    """Opens pages, and checks in the end that no script failed and nothing foreign was loaded."""
    desks: list[Desk] = []

    def open_one(context: BrowserContext) -> Desk:
        desks.append(Desk(context.new_page(), instance, shots))
        return desks[-1]

    yield open_one
    for desk in desks:
        desk.page.close()
    assert [complaint for desk in desks for complaint in desk.complaints] == []


@pytest.fixture(scope="package")
def open_context(browser: Browser, instance: Instance) -> Iterator[OpenContext]:
    """Opens browsers with cookies and a cache of their own; the tests of one person share one."""
    contexts: list[BrowserContext] = []

    def open_one(address: str = "", **settings: Any) -> BrowserContext:
        settings = {"viewport": DESKTOP, "base_url": instance.url, **settings}
        contexts.append(browser.new_context(**settings))
        if address:
            desk = Desk(contexts[-1].new_page(), instance, None)
            desk.log_in(address)
            expect(desk.page.get_by_role("heading", name="Administration")).to_be_visible()
            desk.page.close()
        return contexts[-1]

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def owners_browser(open_context: OpenContext) -> BrowserContext:
    return open_context(OWNER)


@pytest.fixture(scope="package")
def owners_phone(open_context: OpenContext) -> BrowserContext:
    return open_context(OWNER, viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture(scope="package")
def colleagues_browser(open_context: OpenContext) -> BrowserContext:
    return open_context(COLLEAGUE)


@pytest.fixture(scope="package")
def colleagues_phone(open_context: OpenContext) -> BrowserContext:
    return open_context(COLLEAGUE, viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def desk(open_desk: OpenDesk, owners_browser: BrowserContext) -> Desk:
    """The owner's, logged in."""
    return open_desk(owners_browser)


@pytest.fixture
def phone(open_desk: OpenDesk, owners_phone: BrowserContext) -> Desk:
    """The owner's telephone, logged in."""
    return open_desk(owners_phone)


@pytest.fixture
def colleague(open_desk: OpenDesk, colleagues_browser: BrowserContext) -> Desk:
    """The desk of a second staff member, a superuser, logged in."""
    return open_desk(colleagues_browser)


@pytest.fixture
def colleagues_telephone(open_desk: OpenDesk, colleagues_phone: BrowserContext) -> Desk:
    """The superuser's telephone, logged in."""
    return open_desk(colleagues_phone)


@pytest.fixture
def stranger(open_desk: OpenDesk, open_context: OpenContext) -> Desk:
    """A browser that was never here before."""
    return open_desk(open_context())
