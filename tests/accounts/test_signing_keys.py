"""Access tokens while their signing key is replaced."""

import jwt
import pytest
from pytest_django import Settings

from tests.accounts.forgery import forge
from tests.conftest import Actor, refusal

pytestmark = pytest.mark.django_db

OLD, NEW = "an old key of thirty-two bytes and", "a new key of thirty-two bytes, too"
UNAUTHORIZED = (401, "unauthorized", "unauthorized")


@pytest.fixture
def caller(settings: Settings, member: Actor) -> Actor:
    """Holds a token of the only key, which has an id."""
    settings.JWT_SIGNING_KEYS = {"2026": OLD}
    return refreshed(member)


def refreshed(actor: Actor) -> Actor:
    body = {"refresh_token": actor.refresh_token}
    pair = Actor().post("/auth/refresh", body).json()
    return Actor(pair["access_token"], refresh_token=pair["refresh_token"])


def test_a_token_names_the_key_that_signed_it(caller: Actor) -> None:
    assert jwt.get_unverified_header(caller.token) == {"alg": "HS256", "typ": "JWT", "kid": "2026"}


def test_a_replaced_key_signs_nobody_out(settings: Settings, caller: Actor) -> None:
    settings.JWT_SIGNING_KEYS = {"2027": NEW, "2026": OLD}
    newer = refreshed(caller)
    assert jwt.get_unverified_header(newer.token)["kid"] == "2027"
    assert [actor.get("/me").status_code for actor in (caller, newer)] == [200, 200]


def test_a_key_without_an_id_can_be_replaced(settings: Settings, member: Actor) -> None:
    settings.JWT_SIGNING_KEYS = {"2027": NEW, "": settings.JWT_SIGNING_KEYS[""]}
    assert "kid" not in jwt.get_unverified_header(member.token)
    assert [actor.get("/me").status_code for actor in (member, refreshed(member))] == [200, 200]


def test_a_removed_key_verifies_nothing_and_its_sessions_go_on(
    settings: Settings, caller: Actor
) -> None:
    settings.JWT_SIGNING_KEYS = {"2027": NEW}
    assert refusal(caller.get("/me")) == UNAUTHORIZED
    assert refreshed(caller).get("/me").status_code == 200


@pytest.mark.parametrize("key_id", ["2027", "2028", "", None, 2026, ["2026"], {"2026": OLD}])
def test_a_token_is_held_against_the_key_that_it_names(
    settings: Settings, caller: Actor, member: Actor, key_id: object
) -> None:
    settings.JWT_SIGNING_KEYS = {"2027": NEW, "2026": OLD}
    forged = forge(member, header={"kid": key_id}, key=OLD)
    assert refusal(Actor(forged).get("/me")) == UNAUTHORIZED
    honest = forge(member, header={"kid": "2026"}, key=OLD)
    assert Actor(honest).get("/me").status_code == 200
