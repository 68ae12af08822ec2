"""docs/clients/hyperspeed.ts under Node: what it promises, against a real server."""

import json
from typing import Any

import pytest

from tests.docs.expiry import EMAIL, Stage
from tests.docs.node import run_module
from tests.factories import PASSWORD

pytestmark = pytest.mark.race

# A store in memory, which counts; `pair` is what it begins with.
PROLOGUE = """
const { Hyperspeed, LoggedOut } = await import(process.env.CLIENT);
const pair = JSON.parse(process.env.PAIR);
const store = { pair, load: () => store.pair, save: (pair) => { store.pair = pair; } };
const api = process.env.API;
const hyperspeed = new Hyperspeed(api, store);
const print = (value) => console.log(JSON.stringify(value));
"""
WITHOUT_LOCKS = "Object.defineProperty(globalThis, 'navigator', { value: {} });"
FIVE = """
const answers = await Promise.all(Array.from({ length: 5 }, () => hyperspeed.fetch("/me")));
const emails = await Promise.all(answers.map(async (answer) => (await answer.json()).email));
print({ emails, pair: store.pair });
"""
TWO = """
const clients = [hyperspeed, new Hyperspeed(api, store)];
const answers = await Promise.all(clients.map((client) => client.fetch("/me")));
print(answers.map((answer) => answer.status));
"""
# The winner stores its pair half a second after the loser was refused.
LATE = """
setTimeout(() => store.save(JSON.parse(process.env.NEW)), 500);
print((await hyperspeed.fetch("/me")).status);
"""
ENDED = """
const refusal = await hyperspeed.fetch("/me").catch((error) => error);
print({ isLoggedOut: refusal instanceof LoggedOut, message: refusal.message, pair: store.pair });
"""
# Another tab logs in while the refresh of this one is on its way.
MEANWHILE = """
const send = globalThis.fetch;
globalThis.fetch = async (url, init) => {
  const answer = await send(url, init);
  if (url.endsWith("/auth/refresh")) store.save(JSON.parse(process.env.NEW));
  return answer;
};
await hyperspeed.fetch("/me").catch(() => null);
print(store.pair);
"""
IN_AND_OUT = """
await hyperspeed.logIn(process.env.EMAIL, process.env.PASSWORD);
const { refresh_token } = store.pair;
const { organizations } = await (await hyperspeed.fetch("/organizations")).json();
await hyperspeed.logOut();
print({ names: organizations.map((row) => row.name), pair: store.pair, refresh_token });
"""


def run(stage: Stage, text: str, pair: object = None, before: str = "", **variables: str) -> Any:
    values = {"API": stage.api, "PAIR": json.dumps(pair), **variables}
    return run_module(before + PROLOGUE + text, **values)


def test_it_logs_in_calls_and_logs_out(stage: Stage) -> None:
    said = run(stage, IN_AND_OUT, EMAIL=EMAIL, PASSWORD=PASSWORD)
    assert (said["names"], said["pair"]) == (["Acme"], None)
    assert not stage.client.refresh(said["refresh_token"]).is_success


@pytest.mark.parametrize("before", ["", WITHOUT_LOCKS], ids=["locks", "no locks"])
def test_five_requests_at_once_survive_an_expired_access_token(stage: Stage, before: str) -> None:
    pair, refreshed = stage.expired(), stage.refreshes()
    said = run(stage, FIVE, pair, before)
    assert said["emails"] == [EMAIL] * 5
    assert stage.refreshes() == [*refreshed, "200"]
    assert stage.me(said["pair"]["access_token"]).is_success
    assert stage.client.refresh(said["pair"]["refresh_token"]).is_success


def test_two_clients_of_one_store_wait_for_each_other(stage: Stage) -> None:
    refreshed = stage.refreshes()
    assert run(stage, TWO, stage.expired()) == [200, 200]
    assert stage.refreshes() == [*refreshed, "200"]


def test_two_clients_without_locks_share_what_the_winner_got(stage: Stage) -> None:
    refreshed = stage.refreshes()
    assert run(stage, TWO, stage.expired(), WITHOUT_LOCKS) == [200, 200]
    assert stage.refreshes()[len(refreshed) :].count("200") == 1


def test_a_loser_takes_the_pair_that_the_winner_stores(stage: Stage) -> None:
    old = stage.expired()
    new = stage.client.refresh(old["refresh_token"]).body
    assert run(stage, LATE, old, NEW=json.dumps(new)) == 200
    assert stage.refreshes()[-2:] == ["200", "401"]
    assert stage.me(new["access_token"]).is_success


def test_a_session_that_has_ended_is_told(stage: Stage) -> None:
    pair = stage.expired()
    stage.client.log_out(pair["refresh_token"])
    said = run(stage, ENDED, pair)
    assert said == {"isLoggedOut": True, "message": "not logged in", "pair": None}


@pytest.mark.parametrize("is_over", [True, False], ids=["refused", "refreshed"])
def test_a_session_that_another_tab_began_meanwhile_is_not_lost(
    stage: Stage, is_over: bool
) -> None:
    old = stage.expired()
    if is_over:
        stage.client.log_out(old["refresh_token"])
    new = stage.client.log_in(EMAIL).body
    assert run(stage, MEANWHILE, old, WITHOUT_LOCKS, NEW=json.dumps(new)) == new
    assert stage.me(new["access_token"]).is_success
