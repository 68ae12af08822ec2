"""A plugin for pytest: which tests run in the same one of several processes."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Files that share a server or a browser, by how their paths begin; the first that fits counts.
SHARED = (
    *("tests/acceptance/test_limits", "tests/acceptance/test_memory"),  # have servers of their own
    *("tests/acceptance/test_", "tests/races/", "tests/browser/"),
)
# What takes long begins first, so that no process waits for another at the end.
LONG = (
    "tests/faults/",
    "tests/acceptance/",
    "tests/races/",
    "tests/browser/",
    "tests/config/test_manage.py",
    "tests/docs/",
    "tests/test_demo.py",
)


class ByFile(LoadScopeScheduling):
    """A file runs in one process, since its tests share what is dear; so do SHARED files."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in SHARED if path.startswith(folder)), path)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)
