"""One server for the folder, an empty database for each test."""

from collections.abc import Iterator

import pytest

from tests.faults.node import Node, fresh_node
from tests.faults.scale import IS_SQLITE


@pytest.fixture(scope="session")
def _running() -> Iterator[Node]:
    with fresh_node(has_link=not IS_SQLITE) as node:
        yield node


@pytest.fixture
def node(_running: Node) -> Node:
    """The product with 4 workers and 8 threads each; on PostgreSQL behind a link."""
    _running.database.clear()
    _running.wait_until_settled()
    return _running
