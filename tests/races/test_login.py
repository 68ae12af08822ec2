"""A log-in whose account is closed while its password is being hashed."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.factories import PASSWORD
from tests.races.applications import Application

pytestmark = pytest.mark.race

WAIT_SECONDS = 0.5
EMAIL = "owner@example.com"


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ("is_active = FALSE", "invalid_credentials"),
        ("signup_status = 'denied'", "signup_denied"),
        ("password = 'argon2$another'", "invalid_credentials"),
    ],
)
def test_a_log_in_that_waited_for_its_account_to_be_closed_gets_nothing(
    product: Application, change: str, outcome: str
) -> None:
    """Without the condition on what was checked it starts a session, which nobody ends."""
    product.client.register(EMAIL)
    with ThreadPoolExecutor(1) as pool:
        with product.database.writing() as staff:
            staff.execute(f"UPDATE accounts_user SET {change}")  # noqa: S608 (one of the above)
            log_in = pool.submit(product.client.log_in, EMAIL, PASSWORD)
            time.sleep(WAIT_SECONDS)  # it is waiting now; too short a time would only prove less
        assert log_in.result().outcome == outcome
    assert product.database.count("accounts_session") == 1
    assert product.database.count("token_blacklist_outstandingtoken") == 1
