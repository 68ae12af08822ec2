"""Every token with one character changed, or cut off anywhere, opens nothing."""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.acceptance.runner import Runner
from tests.acceptance.table import Ask
from tests.acceptance.world import World
from tests.environment import IS_LONG
from tests.factories import PASSWORD

pytestmark = pytest.mark.torture

LETTERS = string.ascii_letters + string.digits + "-_"
# What stands in each place instead: letters at these distances in the alphabet.
DISTANCES = range(1, 64, 8) if IS_LONG else (1,)
EMAIL = "mutant@acme.example"


@dataclass(frozen=True)
class Kind:
    """A kind of token: a good one, the call that it opens, and how a bad one is refused."""

    token: str
    ask: Callable[[str], Ask]
    good: int
    refusal: int


def bearing(token: str) -> Ask:
    return Ask("GET /me", set(), headers=(("Authorization", f"Bearer {token}"),))


def refreshing(token: str) -> Ask:
    return Ask("POST /auth/refresh", set(), {"refresh_token": token})


def accepting(token: str) -> Ask:
    return Ask(f"POST /invites/{token}/accept", set(), by="mutant")


def resetting(token: str) -> Ask:
    body: dict[str, object] = {"token": token, "new_password": "nine purple envelopes in the rain"}
    return Ask("POST /auth/password/reset", set(), body)


def kinds(world: World) -> dict[str, Kind]:
    """One of each, of an account of its own; the reset comes last, since it ends the session."""
    pair = world.call("POST /auth/register", {"email": EMAIL, "password": PASSWORD})
    world.names["mutant"] = pair["access_token"]
    home = f"/organizations/{world.names['org']}"
    invite = world.call(f"POST {home}/invites", token=world.names["owner"])["token"]
    world.call("POST /auth/password/forgot", {"email": EMAIL})
    mailed = re.findall(r"[\w-]{43}", world.mails(EMAIL)[-1])
    return {
        "service account token": Kind(world.names["bot"], bearing, 200, 401),
        "access token": Kind(pair["access_token"], bearing, 200, 401),
        "invite": Kind(invite, accepting, 200, 404),
        "refresh token": Kind(pair["refresh_token"], refreshing, 200, 401),
        "reset link": Kind(mailed[0], resetting, 204, 400),
    }


def mutations(token: str) -> set[str]:
    changed = {
        token[:place] + LETTERS[(LETTERS.find(letter) + distance) % 64] + token[place + 1 :]
        for place, letter in enumerate(token)
        for distance in DISTANCES
    }
    return changed | {token[:length] for length in range(1, len(token))} | {token[1:]}


def test_no_mutation_of_any_token_is_accepted(runner: Runner) -> None:
    world = runner.world
    for name, kind in kinds(world).items():
        forged = mutations(kind.token) - {kind.token}
        statuses = {world.send(runner.request(kind.ask(token))).status for token in forged}
        assert statuses == {kind.refusal}, name
        assert world.send(runner.request(kind.ask(kind.token))).status == kind.good, name
        print(f"{name}: {len(forged)} mutations, 0 accepted")
