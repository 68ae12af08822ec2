"""Refreshes of a session while it is logged out."""

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, Client, race, server_errors

pytestmark = pytest.mark.race

ROUNDS, STEP = (40, 1) if IS_LONG else (13, 2)
REFRESHERS = 25
CHAIN = 20
CONTROL_ROUNDS = 100
WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class Round:
    """What came of one race."""

    log_out: Answer
    refreshes: list[Answer]
    living: Counter[str]  # tokens that worked afterwards, by kind


def refresh_on(client: Client, refresh_token: str, times: int) -> list[Answer]:
    """Refresh, and go on with each new token until one is refused; `times` at the most."""
    answers = [client.refresh(refresh_token)]
    while answers[-1].is_success and len(answers) < times:
        answers.append(client.refresh(answers[-1].refresh_token))
    return answers


def log_out(client: Client, refresh_token: str) -> list[Answer]:
    return [client.log_out(refresh_token)]


def race_the_log_out(client: Client, number: int, *, chain: int) -> Round:
    """Refresh and log out the session of a new account; the log-out's turn goes through the row."""
    session = client.register(f"person{number}@example.com")
    calls = [partial(refresh_on, client, session.refresh_token, chain)] * REFRESHERS
    turn = number * STEP % (REFRESHERS + 1)
    calls.insert(turn, partial(log_out, client, session.refresh_token))
    results = race(calls)
    (logged_out,) = results.pop(turn)
    refreshes = [answer for result in results for answer in result]
    return Round(logged_out, refreshes, living_tokens(client, [session, *refreshes]))


def living_tokens(client: Client, answers: list[Answer]) -> Counter[str]:
    """How many of the tokens in these answers work.

    Access tokens come first and old refresh tokens last: the replay of a spent one may end the
    session, which would hide that it was alive.
    """
    pairs = [answer for answer in answers if answer.is_success]
    access = sum(client.me(pair.access_token).is_success for pair in pairs)
    refresh = sum(client.refresh(pair.refresh_token).is_success for pair in reversed(pairs))
    return Counter(access=access, refresh=refresh)


def alive(rounds: Iterable[Round]) -> Counter[str]:
    """How many sessions had a token of each kind that worked after a confirmed log-out."""
    confirmed = [one.living for one in rounds if one.log_out.is_success]
    return Counter(kind for living in confirmed for kind, count in living.items() if count)


def figures(rounds: list[Round]) -> str:
    refreshes = [answer for one in rounds for answer in one.refreshes]
    successes = sum(answer.is_success for answer in refreshes)
    confirmed = sum(one.log_out.is_success for one in rounds)
    living = alive(rounds)
    return (
        f"{len(rounds)} rounds × {REFRESHERS} refreshers and 1 log-out: {confirmed} log-outs,"
        f" {successes} refreshes, {server_errors(refreshes)} errors; sessions alive afterwards:"
        f" {living['access']} by access token, {living['refresh']} by refresh token"
    )


def test_no_token_of_a_session_works_after_its_log_out(product: Application) -> None:
    """The naive log-out leaves sessions alive; see the control below."""
    rounds = [race_the_log_out(product.client, number, chain=CHAIN) for number in range(ROUNDS)]
    print(figures(rounds))
    refreshes = [answer for one in rounds for answer in one.refreshes]
    assert not alive(rounds)
    assert {one.log_out.status for one in rounds} == {204}
    # Some refreshes came before the log-out and some after it, or this was no race.
    assert {answer.status for answer in refreshes} == {200, 401}


def test_a_refresh_that_waited_for_a_log_out_gets_nothing(product: Application) -> None:
    """With a join in its conditional update, READ COMMITTED hands it a pair of a dead session."""
    pair = product.client.register("owner@example.com")
    with ThreadPoolExecutor(1) as pool:
        with product.database.writing() as log_out:
            log_out.execute("UPDATE accounts_session SET revoked_at = %s", "2026-01-01 00:00:00")
            refresh = pool.submit(product.client.refresh, pair.refresh_token)
            time.sleep(WAIT_SECONDS)  # it is waiting now; too short a time would only prove less
        assert refresh.result().outcome == "invalid_refresh_token"


def test_the_naive_log_out_leaves_sessions_alive(control: Application) -> None:
    """SimpleJWT's own view blacklists one refresh token: its access tokens live on, and so do the
    successors that a refresh makes at that moment."""
    rounds = list[Round]()
    while len(rounds) < CONTROL_ROUNDS and not alive(rounds)["refresh"]:
        # No chains: here every refresher can win, and would go on to the end of its chain.
        rounds.append(race_the_log_out(control.client, len(rounds), chain=1))
    print("control,", figures(rounds))
    assert alive(rounds)["access"] > 0
    assert alive(rounds)["refresh"] > 0
