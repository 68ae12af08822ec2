"""Wrong passwords for one account at once."""

from collections import Counter
from functools import partial

import pytest

from tests.races.applications import LOGIN_FAILURES, Application
from tests.races.client import Client, race

pytestmark = pytest.mark.race

AT_ONCE = 200


def guess_at_once(client: Client) -> Counter[int]:
    """The statuses; 401 says that a password was checked."""
    client.register("owner@example.com")
    guesses = [partial(client.log_in, "owner@example.com", f"guess {n}") for n in range(AT_ONCE)]
    return Counter(answer.status for answer in race(guesses))


def test_at_most_ten_of_two_hundred_concurrent_guesses_are_checked(product: Application) -> None:
    """The naive throttle lets more through; see the control below."""
    statuses = guess_at_once(product.client)
    print(f"{AT_ONCE} wrong passwords at once: {dict(statuses)}")
    assert statuses == {401: LOGIN_FAILURES, 429: AT_ONCE - LOGIN_FAILURES}


def test_the_naive_throttle_lets_more_guesses_through(control: Application) -> None:
    """REST framework's own: a list of times, read and then written back, in a cache that is by
    default each process's own."""
    statuses = guess_at_once(control.client)
    print(f"control, {AT_ONCE} wrong passwords at once: {dict(statuses)}")
    assert statuses[401] > LOGIN_FAILURES
