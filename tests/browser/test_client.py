"""docs/clients/hyperspeed.ts in two tabs of one browser, which share a session."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext
from tests.docs.expiry import EMAIL, Stage, set_stage
from tests.docs.node import as_javascript

pytestmark = [pytest.mark.browser, pytest.mark.once]

OPEN = """([api, pair]) => {
    if (pair) localStorage.setItem("hyperspeed", JSON.stringify(pair));
    window.client = new Hyperspeed(api);
}"""
# Begin; the answers are asked for when all tabs have begun.
CALL = """() => {
    const call = async () => (await (await client.fetch("/me")).json()).email;
    window.said = Promise.all(Array.from({ length: 5 }, call));
}"""
NO_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined })"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with set_stage() as stage:
        yield stage


@pytest.fixture
def tabs(open_context: OpenContext, stage: Stage) -> list[Page]:
    """Both load the client on a page of this origin."""
    # A page of the instance runs no script of others: this one stands for a page of the client's.
    context = open_context(base_url=stage.server.url, bypass_csp=True)
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.goto("/llms.txt")
        page.add_script_tag(
            content=as_javascript() + "window.Hyperspeed = Hyperspeed;", type="module"
        )
        page.wait_for_function("window.Hyperspeed !== undefined")
    return pages


@pytest.mark.parametrize("has_locks", [True, False], ids=["locks", "no locks"])
def test_two_tabs_survive_an_expired_access_token(
    tabs: list[Page], stage: Stage, has_locks: bool
) -> None:
    pair, before = stage.expired(), stage.refreshes()
    for tab in tabs:
        tab.evaluate("() => undefined" if has_locks else NO_LOCKS)
        tab.evaluate(OPEN, [stage.api, pair])
    for tab in tabs:
        tab.evaluate(CALL)
    assert [tab.evaluate("said") for tab in tabs] == [[EMAIL] * 5] * 2
    made = stage.refreshes()[len(before) :]
    assert made == ["200"] if has_locks else made.count("200") == 1
    stored = json.loads(tabs[0].evaluate("localStorage.getItem('hyperspeed')"))
    assert stage.me(stored["access_token"]).is_success
    assert stage.client.refresh(stored["refresh_token"]).is_success
