"""One reset link, opened many times at once."""

import uuid
from functools import partial

import pytest

from accounts.tokens import digest
from tests.races.applications import Application
from tests.races.client import outcomes, race

pytestmark = pytest.mark.race

AT_ONCE = 20
LINK = "a link that was mailed to the owner"


def test_one_of_twenty_passwords_is_set(product: Application) -> None:
    """A link that is looked at before it is marked sets several."""
    client = product.client
    client.register("owner@example.com")
    with product.database.writing() as mail:
        mail.execute(
            "INSERT INTO accounts_passwordreset (id, user_id, digest, created_at, expires_at)"
            " SELECT %s, id, %s, created_at, '2999-01-01 00:00:00' FROM accounts_user",
            uuid.uuid4().hex,
            digest(LINK),
        )
    passwords = [f"lantern over harbour {number}" for number in range(AT_ONCE)]
    bodies = [{"token": LINK, "new_password": password} for password in passwords]
    reset = partial(client.call, "POST", "auth/password/reset", "")
    answers = race([partial(reset, body) for body in bodies])
    print(f"{AT_ONCE} resets by one link: {dict(outcomes(answers))}")
    assert outcomes(answers) == {"204": 1, "invalid_reset_token": AT_ONCE - 1}
    winner = [answer.status for answer in answers].index(204)
    assert client.log_in("owner@example.com", passwords[winner]).is_success
    assert not client.log_in("owner@example.com", passwords[winner - 1]).is_success
