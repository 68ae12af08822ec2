"""Registrations of one e-mail address at once."""

from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race, server_errors

pytestmark = pytest.mark.race

ROUNDS = 5 if IS_LONG else 2
AT_ONCE = 20
NAME = "person"


def spelling(number: int) -> str:
    """The address with the letters in upper case whose bits are set in the number."""
    letters = [
        letter.upper() if number >> place & 1 else letter for place, letter in enumerate(NAME)
    ]
    return f"{''.join(letters)}@example.com"


def figures(rounds: int, answers: list[Answer]) -> str:
    counted = dict(outcomes(answers))
    return f"{rounds} rounds × {AT_ONCE} registrations of one address: {counted}"


def register_at_once(application: Application) -> list[Answer]:
    """Register with one spelling after the other."""
    register = application.client.register
    return race([partial(register, spelling(number)) for number in range(AT_ONCE)])


@pytest.mark.parametrize("is_first", [True, False], ids=["of the instance", "of an applicant"])
def test_an_address_is_registered_once_in_whatever_spelling(
    product: Application, is_first: bool
) -> None:
    """The naive registration answers 500 to those who lose; see the control below."""
    answers = list[Answer]()
    for _ in range(ROUNDS):
        product.database.clear()
        if not is_first:
            product.client.register("owner@example.com")
        answers += register_at_once(product)
    print(figures(ROUNDS, answers))
    assert outcomes(answers) == {"201": ROUNDS, "email_taken": ROUNDS * (AT_ONCE - 1)}
    assert server_errors(answers) == 0


def test_the_naive_registration_fails_while_an_address_is_being_taken(
    control: Application,
) -> None:
    """It looks whether the address is taken, and then runs into the unique key."""
    answers = list[Answer]()
    rounds = 0
    while rounds < ROUNDS and not server_errors(answers):
        control.database.clear()
        answers += register_at_once(control)
        rounds += 1
    print("control,", figures(rounds, answers))
    assert server_errors(answers) > 0
