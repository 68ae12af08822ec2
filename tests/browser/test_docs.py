"""/api/docs: its beginning and its examples can be read, on a desk and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ViewportSize, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, NARROW, PHONE, OpenContext, OpenDesk
from tests.browser.office import Desk, Instance
from tests.browser.test_queue import OVERFLOW

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture(scope="module")
def reader(open_context: OpenContext, instance: Instance, shots: Path | None) -> Iterator[Desk]:
    """Somebody who stays on the page: it takes seconds to draw all operations."""
    desk = Desk(open_context().new_page(), instance, shots)
    open_docs(desk)
    yield desk
    desk.page.close()
    assert desk.complaints == []


@pytest.fixture
def telephone(open_desk: OpenDesk, open_context: OpenContext) -> Desk:
    """One that was never here before."""
    return open_desk(open_context(viewport=PHONE, has_touch=True, is_mobile=True))


def open_docs(desk: Desk) -> None:
    desk.page.goto("/api/docs")
    expect(desk.page.get_by_role("heading", name="Getting started")).to_be_visible()


def open_operation(desk: Desk, operation_id: str) -> str:
    """What is shown as its call."""
    operation = desk.page.locator(f"[id$='-{operation_id}']")
    operation.locator(".opblock-summary-control").click()
    return operation.locator(".opblock-description code").inner_text()


def test_it_begins_with_what_a_newcomer_types(reader: Desk, instance: Instance) -> None:
    code = reader.page.locator(".info pre code").first
    expect(code).to_contain_text(f"api={instance.url}/api/v1\n")
    reader.shoot("docs")
    assert reader.page.evaluate(OVERFLOW) == 0


def test_an_operation_shows_its_call(reader: Desk) -> None:
    assert open_operation(reader, "updateMe").startswith('curl -X PATCH "$api/me"')
    expect(reader.page).to_have_url(re.compile("#/me/updateMe$"))  # to be passed on
    assert barriers(reader.page) == []
    reader.shoot("docs-operation")


def test_it_fits_on_a_phone(telephone: Desk) -> None:
    open_docs(telephone)
    assert 'curl "$api/auth/login"' in open_operation(telephone, "logIn")
    assert telephone.page.evaluate(OVERFLOW) == 0
    telephone.shoot("docs-operation")


def test_its_links_lead_to_the_guides(reader: Desk) -> None:
    links = reader.page.locator("header nav a, .info .description a").all()
    paths = {link.get_attribute("href") for link in links}
    assert {"/docs/browser.md", "/docs/errors.md", "/llms.txt"} <= paths
    for path in paths:
        answer = reader.page.request.get(path or "")
        assert (answer.ok, answer.headers["content-type"]) == (True, "text/plain; charset=utf-8")


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW])
def test_the_guides_are_read_in_a_browser(
    open_desk: OpenDesk, open_context: OpenContext, size: ViewportSize
) -> None:
    desk = open_desk(open_context(viewport=size))
    desk.page.goto("/docs/errors.md")
    for name in ("Errors", "Browser apps"):
        desk.follow(desk.page.get_by_role("navigation").get_by_role("link", name=name))
        expect(desk.page.get_by_role("table").first).to_be_visible()
        desk.shoot(f"guide-{name}")
        assert barriers(desk.page) == []
        assert desk.page.evaluate(OVERFLOW) == 0
    desk.page.get_by_role("link", name="the first account").click()
    expect(desk.page.get_by_role("heading", name="The first account")).to_be_in_viewport()
    desk.shoot("guide")


def test_a_call_can_be_tried(reader: Desk) -> None:
    open_operation(reader, "getInstance")
    operation = reader.page.locator("[id$='-getInstance']")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response-col_status").last).to_have_text(
        re.compile("200")
    )


def test_nothing_of_a_visit_is_kept(open_desk: OpenDesk, open_context: OpenContext) -> None:
    """A token that was typed into the page must not be found by the next who sits there."""
    context: BrowserContext = open_context()
    desk = open_desk(context)
    open_docs(desk)
    desk.page.get_by_role("button", name="Authorize").click()
    desk.page.get_by_role("textbox", name="auth-bearer-value").fill("sa_typed")
    desk.page.locator(".auth-btn-wrapper button[type=submit]").click()
    kept = desk.page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert kept == '[{},{},""]'
