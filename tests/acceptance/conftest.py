"""One server with its cast for all rows."""

from collections.abc import Iterator

import pytest

from tests.acceptance.runner import Runner
from tests.acceptance.world import product
from tests.environment import IS_LONG


@pytest.fixture(scope="package")
def runner() -> Iterator[Runner]:
    with product() as world:
        yield Runner(world, is_long=IS_LONG)
