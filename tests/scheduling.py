"""A plugin for pytest: which tests run in the same one of several processes."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Files that share a server or a browser, by how their paths begin; the first that fits counts.
SHARED = (
    *("tests/acceptance/test_limits", "tests/acceptance/test_memory"),  # have servers of their own
    *("tests/acceptance/test_", "tests/races/", "tests/browser/"),
)
# What takes long, the longest first: it begins first, so that no process waits for another at the
# end, which is where pytest-django puts what needs no database of its own.
LONG = (
    "tests/acceptance/test_",
    "tests/browser/",
    "tests/races/",
    "tests/faults/test_kill.py",
    "tests/acceptance/",
    "tests/faults/",
    "tests/properties/",
    "tests/config/test_manage.py",
    "tests/docs/",
    "tests/accounts/test_progress.py",
    "tests/config/test_metrics_server.py",
    "tests/test_demo.py",
    "tests/test_typed_client.py",
)


class ByFile(LoadScopeScheduling):
    """A file runs in one process, since its tests share what is dear; so do SHARED files."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in SHARED if path.startswith(folder)), path)


def rank(item: pytest.Item) -> int:
    """When it begins, among the LONG; after them all if it is none."""
    places = (place for place, path in enumerate(LONG) if item.nodeid.startswith(path))
    return next(places, len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=rank)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)
