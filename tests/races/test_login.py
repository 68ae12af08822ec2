"""A log-in whose account is closed while its password is being hashed; many of one person."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import argon2
import pytest

from tests.factories import PASSWORD
from tests.races.applications import LOGIN_FAILURES, Application
from tests.races.client import outcomes, race

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


def test_as_many_log_ins_of_one_person_as_may_be_tried_all_succeed_and_leave_no_try(
    product: Application,
) -> None:
    """Each ends the tries that the others still count: 3 rounds would be too many tries."""
    product.client.register(EMAIL)
    log_in = partial(product.client.log_in, EMAIL, PASSWORD)
    answers = [answer for _ in range(3) for answer in race([log_in] * LOGIN_FAILURES)]
    assert {answer.status for answer in answers} == {200}
    tries = "SELECT count(*) FROM accounts_throttlecounter WHERE key LIKE 'login%'"
    assert product.database.execute(tries) == 0


def hash_of(password: str) -> str:
    """As an earlier version stored it."""
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    return f"argon2{hasher.hash(password)}"


def test_log_ins_at_once_all_succeed_when_each_stores_a_hash_with_new_parameters(
    product: Application,
) -> None:
    """The first changes what the others have checked."""
    product.client.register(EMAIL)
    product.database.execute(f"UPDATE accounts_user SET password = '{hash_of(PASSWORD)}'")  # noqa: S608
    answers = race([partial(product.client.log_in, EMAIL, PASSWORD)] * LOGIN_FAILURES)
    assert outcomes(answers) == {"200": LOGIN_FAILURES}


@pytest.mark.parametrize(
    ("stored", "outcome"), [(PASSWORD, "204"), ("set by another", "wrong_password")]
)
def test_a_password_is_changed_over_a_new_hash_of_the_current_one_alone(
    product: Application, stored: str, outcome: str
) -> None:
    token = product.client.register(EMAIL).access_token
    assert product.client.me(token).is_success  # from now on it is known to have been here
    body = {"current_password": PASSWORD, "new_password": "lantern over harbour"}
    with ThreadPoolExecutor(1) as pool:
        with product.database.writing() as other:
            other.execute(f"UPDATE accounts_user SET password = '{hash_of(stored)}'")  # noqa: S608
            change = pool.submit(product.client.call, "POST", "me/password", token, body)
            time.sleep(WAIT_SECONDS)  # it is waiting now; too short a time would only prove less
        assert change.result().outcome == outcome
    changed = product.client.log_in(EMAIL, body["new_password"])
    assert changed.is_success is (outcome == "204")
