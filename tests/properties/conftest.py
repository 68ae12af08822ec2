"""How long the searches take, and where Hypothesis keeps what it needs."""

import atexit
import shutil
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.environment import IS_LONG

_home = tempfile.mkdtemp(prefix="hyperspeed-hypothesis-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
set_hypothesis_home_dir(_home)  # not into the checkout

# The speed of a test machine is no property of the product.
_CALM: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile("short", derandomize=True, max_examples=60, **_CALM)
settings.register_profile("torture", max_examples=5_000, **_CALM)
settings.load_profile("torture" if IS_LONG else "short")


@pytest.fixture
def unthrottled(settings: Any) -> None:
    """Counters would end a long history, and have tests of their own."""
    settings.AUTH_RATE_PER_MINUTE = 1_000_000
    settings.REGISTRATIONS_PER_HOUR = 1_000_000
    settings.LOGIN_FAILURES_PER_ACCOUNT = 1_000_000
