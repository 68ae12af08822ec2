"""One reset link, opened many times at once."""

import uuid
from collections import Counter
from functools import partial

import pytest

from accounts.tokens import digest
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race

pytestmark = pytest.mark.race

AT_ONCE = 20
CONTROL_ROUNDS = 20
LINK = "a link that was mailed to the owner"
PASSWORDS = [f"lantern over harbour {number}" for number in range(AT_ONCE)]


def reset_at_once(application: Application) -> list[Answer]:
    """The owner's link, with another password each time."""
    application.client.register("owner@example.com")
    with application.database.writing() as mail:
        mail.execute(
            "INSERT INTO accounts_passwordreset (id, user_id, digest, created_at, expires_at)"
            " SELECT %s, id, %s, created_at, '2999-01-01 00:00:00' FROM accounts_user",
            uuid.uuid4().hex,
            digest(LINK),
        )
    bodies = [{"token": LINK, "new_password": password} for password in PASSWORDS]
    reset = partial(application.client.call, "POST", "auth/password/reset", "")
    return race([partial(reset, body) for body in bodies])


def figures(counted: Counter[str]) -> str:
    return f"{AT_ONCE} resets by one link: {dict(counted)}"


def test_one_of_twenty_passwords_is_set(product: Application) -> None:
    """The naive reset sets several; see the control below."""
    answers = reset_at_once(product)
    print(figures(outcomes(answers)))
    assert outcomes(answers) == {"204": 1, "invalid_reset_token": AT_ONCE - 1}
    winner = [answer.status for answer in answers].index(204)
    assert product.client.log_in("owner@example.com", PASSWORDS[winner]).is_success
    assert not product.client.log_in("owner@example.com", PASSWORDS[winner - 1]).is_success


def test_the_naive_reset_sets_several_passwords(naive_team: Application) -> None:
    """It looks whether the link was used, and marks it at the end."""
    for _ in range(CONTROL_ROUNDS):
        naive_team.database.clear()
        counted = outcomes(reset_at_once(naive_team))
        if counted["204"] > 1:
            break
    print("control,", figures(counted))
    assert counted["204"] > 1
