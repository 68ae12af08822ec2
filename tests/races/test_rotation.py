"""Rotations of one token of a service account, at the same moment."""

from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race
from tests.races.office import Office

pytestmark = pytest.mark.race

ROUNDS = 10 if IS_LONG else 4
CONTROL_ROUNDS = 50
AT_ONCE = 20
TOKENS = "service_accounts_serviceaccounttoken"
ENDLESS = f"SELECT count(*) FROM {TOKENS} WHERE expires_at IS NULL AND revoked_at IS NULL"  # noqa: S608 (a name in this file)


def rotate_at_once(office: Office, name: str, overlap: int) -> list[Answer]:
    """Of a new account, whose token never expires."""
    account = office.post("service-accounts", {"name": name}).body["service_account"]["id"]
    tokens = f"service-accounts/{account}/tokens"
    token = office.get(f"{office.home}/{tokens}")["tokens"][0]["id"]
    body = {"overlap_seconds": overlap}
    return race([partial(office.post, f"{tokens}/{token}/rotate", body)] * AT_ONCE)


@pytest.mark.parametrize(
    ("overlap", "refusal"), [(3600, "token_replaced"), (0, "token_not_active")]
)
def test_one_of_twenty_rotations_makes_a_successor(
    product: Application, overlap: int, refusal: str
) -> None:
    """The naive rotation makes several; see the control below."""
    office, answers = Office(product.client), list[Answer]()
    for number in range(ROUNDS):
        answers += rotate_at_once(office, f"Robot {number}", overlap)
    print(f"{ROUNDS} rounds × {AT_ONCE} rotations of one token: {dict(outcomes(answers))}")
    assert outcomes(answers) == {"201": ROUNDS, refusal: ROUNDS * (AT_ONCE - 1)}
    # Each has its first token, which ends, and a successor, which does not.
    assert product.database.count(TOKENS) == 2 * ROUNDS
    assert product.database.execute(ENDLESS) == ROUNDS
    made = [answer.body["token"] for answer in answers if answer.is_success]
    assert {product.client.me(token).status for token in made} == {200}


def test_the_naive_rotation_makes_several_successors(naive_team: Application) -> None:
    """It looks whether there is one, and then makes one."""
    office = Office(naive_team.client)
    for number in range(CONTROL_ROUNDS):
        counted = outcomes(rotate_at_once(office, f"Robot {number}", 3600))
        if counted["201"] > 1:
            break
    print(f"control, 1 round × {AT_ONCE} rotations of one token: {dict(counted)}")
    assert counted["201"] > 1
