"""What the tests of the documents share."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.docs.expiry import Stage, set_stage


@pytest.fixture(scope="session")
def programs() -> None:
    """What a reader needs."""
    if missing := [name for name in ("bash", "curl") if shutil.which(name) is None]:
        reason = f"not on the PATH: {', '.join(missing)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    """A server with one account, which the example clients call."""
    with set_stage() as stage:
        yield stage
