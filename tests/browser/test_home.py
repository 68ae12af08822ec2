"""The home page of the admin leads to what it tells of."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers
from tests.browser.office import Desk, Instance, Team

pytestmark = [pytest.mark.browser, pytest.mark.once]

QUEUE, TOKENS, EVENTS = "/signuprequest/", "/serviceaccounttoken/", "/auditevent/"
# A card, a link on it, and where it leads.
LINKS = [
    ("Sign-ups", "Open the queue", QUEUE),
    ("Sign-ups", r"\d+: Open the queue", QUEUE),
    ("Recent decisions", "xenia@xenia.example", f"{QUEUE}[0-9a-f-]+/change/"),
    ("Recent decisions", "All denied", QUEUE + r"\?status=denied"),
    ("Service account tokens", "See expiring tokens", TOKENS + r"\?state=expiring"),
    ("Service account tokens", r"\d+: See expiring tokens", TOKENS + r"\?state=expiring"),
    ("Service account tokens", "Expiring bot", f"{TOKENS}[0-9a-f-]+/change/"),
    ("Failed log-ins", "See failed log-ins", EVENTS + r"\?action=login.failed"),
    ("Failed log-ins", r"\d+: See failed log-ins", EVENTS + r"\?action=login.failed"),
]


@pytest.fixture
def busy(instance: Instance, team: Team) -> None:
    """Something to tell on each card."""
    denied, _ = instance.sign_up("Xenia", "Yuri")
    team.decide(instance, "deny", denied)
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()  # the first on its card
    team.add_bot(instance, "Expiring bot", expires_at=soon)
    instance.call("/auth/login", email=denied, password="a guess of somebody")


@pytest.mark.usefixtures("busy")
def test_each_card_leads_to_what_it_tells_of(colleague: Desk) -> None:
    colleague.page.goto("/admin/")
    colleague.shoot("home-linked")
    assert barriers(colleague.page) == []
    for title, name, place in LINKS:
        colleague.page.goto("/admin/")
        card = colleague.page.get_by_role("region", name=title)
        card.get_by_role("link", name=re.compile(f"^{name}$")).click()
        expect(colleague.page).to_have_url(re.compile(place))
        rows = colleague.page.locator("#result_list tbody tr, .readonly")
        expect(rows.first).to_be_visible()
