"""Many refreshes of one refresh token at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, Client, outcomes, race, server_errors

pytestmark = pytest.mark.race

ROUNDS = 20 if IS_LONG else 5
CONTROL_ROUNDS = 20
AT_ONCE = 50
WAIT_SECONDS = 0.5
LONG_AGO = "UPDATE token_blacklist_blacklistedtoken SET blacklisted_at = '2020-01-01 00:00:00'"


def refresh_at_once(client: Client, refresh_token: str) -> list[Answer]:
    return race([partial(client.refresh, refresh_token)] * AT_ONCE)


def winners(answers: list[Answer]) -> list[Answer]:
    """Those that got a new pair of tokens."""
    return [answer for answer in answers if answer.is_success]


def figures(rounds: int, answers: list[Answer]) -> str:
    won, errors = len(winners(answers)), server_errors(answers)
    refused = len(answers) - won - errors
    return f"{rounds} rounds × {AT_ONCE}: {won} successes, {refused} refusals, {errors} errors"


def test_exactly_one_of_fifty_concurrent_refreshes_succeeds(product: Application) -> None:
    """Each round spends the token that the round before it won, and refreshes once more.

    The naive refresh lets more than one through in a round; see the control below.
    """
    client, answers = product.client, list[Answer]()
    refresh_token = client.register("owner@example.com").refresh_token
    for _ in range(ROUNDS):
        answers += refresh_at_once(client, refresh_token)
        winner = winners(answers)[-1]
        assert client.me(winner.access_token).status == 200
        refresh_token = client.refresh(winner.refresh_token).refresh_token
    print(figures(ROUNDS, answers))
    expected = {"200": ROUNDS, "token_superseded": ROUNDS * (AT_ONCE - 1)}
    assert outcomes(answers) == expected


def test_one_refresh_token_is_unspent_after_a_race(product: Application) -> None:
    first = product.client.register("owner@example.com")
    refresh_at_once(product.client, first.refresh_token)
    issued = product.database.count("token_blacklist_outstandingtoken")
    spent = product.database.count("token_blacklist_blacklistedtoken")
    assert (issued, spent) == (2, 1)


def test_a_replay_after_the_leeway_ends_the_session_that_was_raced_for(
    product: Application,
) -> None:
    client = product.client
    first = client.register("owner@example.com")
    (winner,) = winners(refresh_at_once(client, first.refresh_token))
    assert client.me(winner.access_token).status == 200
    product.database.execute(LONG_AGO)
    assert client.refresh(first.refresh_token).outcome == "token_reused"
    assert client.me(winner.access_token).status == 401
    assert client.refresh(winner.refresh_token).status == 401


def test_the_naive_refresh_lets_several_through(control: Application) -> None:
    """SimpleJWT's own view, with rotation and blacklisting: it looks, then it blacklists."""
    client, answers = control.client, list[Answer]()
    for rounds in range(1, CONTROL_ROUNDS + 1):
        first = client.register(f"person{rounds}@example.com")
        answers += refresh_at_once(client, first.refresh_token)
        if len(winners(answers)) > rounds:
            break
    print("control,", figures(rounds, answers))
    assert outcomes(answers)["200"] > rounds


def test_a_refresh_that_waited_over_the_purge_of_its_token_gets_nothing(
    product: Application,
) -> None:
    """On PostgreSQL it has seen the token before it waits, and its claim then refers to nothing."""
    pair = product.client.register("owner@example.com")
    with ThreadPoolExecutor(1) as pool:
        with product.database.writing() as purge:
            purge.execute("UPDATE accounts_session SET last_used_at = last_used_at")
            refresh = pool.submit(product.client.refresh, pair.refresh_token)
            time.sleep(WAIT_SECONDS)
            purge.execute("DELETE FROM token_blacklist_outstandingtoken")
        assert refresh.result().outcome == "invalid_refresh_token"
