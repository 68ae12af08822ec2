"""What axe-core, which looks for what keeps people from using a page, says of one."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BARRIERS = {"moderate", "serious", "critical"}


def barriers(page: Page) -> list[str]:
    """The barriers on a page, each with the first places where it stands."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{found['impact']} {found['id']}: {[node['html'][:160] for node in found['nodes'][:3]]}"
        for found in violations
        if found["impact"] in BARRIERS
    ]
