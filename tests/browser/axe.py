"""What axe-core, which looks for what keeps people from using a page, says of one."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

BARRIERS = {"moderate", "serious", "critical"}
# What a page passes, which is much more, stays in the browser.
RUN = "axe.run({resultTypes: ['violations']}).then(results => results.violations)"


def barriers(page: Page) -> list[str]:
    """The barriers on a page, each with the first places where it stands."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    return [
        f"{found['impact']} {found['id']}: {[node['html'][:160] for node in found['nodes'][:3]]}"
        for found in page.evaluate(RUN)
        if found["impact"] in BARRIERS
    ]
