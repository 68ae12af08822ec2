"""First registrations of an instance at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import pytest

from tests.environment import IS_LONG
from tests.factories import PASSWORD
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race

pytestmark = pytest.mark.race

ROUNDS = 10 if IS_LONG else 4
AT_ONCE = 30
ROBOT = "create_service_account Robot"


class Founded(NamedTuple):
    """How many organizations and owners there are, and how many people wait for them."""

    organizations: int
    owners: int
    pending: int


def register_at_once(application: Application) -> list[Answer]:
    """Register different people, who give the same name, on an empty database."""
    application.database.clear()
    register = application.client.register
    return race([partial(register, f"person{number}@example.com") for number in range(AT_ONCE)])


def founded(application: Application, answers: list[Answer]) -> Founded:
    created = [answer for answer in answers if answer.status == 201]
    pending = sum("signup_pending" in answer.body for answer in created)
    organizations = application.database.count("organizations_organization")
    return Founded(organizations, len(created) - pending, pending)


def test_exactly_one_of_thirty_first_registrations_founds_the_instance(
    product: Application,
) -> None:
    """The naive registration founds several organizations; see the control below."""
    rounds = []
    for _ in range(ROUNDS):
        answers = register_at_once(product)
        rounds.append(founded(product, answers))
        assert outcomes(answers) == {"201": AT_ONCE}
        # What the answers said is what is stored: holders of the Owner role, and requests.
        assert product.database.count("organizations_memberrole") == 1
        assert product.database.count("organizations_signuprequest") == AT_ONCE - 1
    total = Founded(*map(sum, zip(*rounds, strict=True)))
    print(f"{ROUNDS} rounds × {AT_ONCE} first registrations: {total}")
    assert set(rounds) == {Founded(organizations=1, owners=1, pending=AT_ONCE - 1)}


def test_commands_that_run_meanwhile_found_nothing(product: Application) -> None:
    """A superuser is no first account, and a service account has no organization yet, or joins."""
    manage = partial(product.server.manage, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    superusers = [f"createsuperuser --noinput --email root{n}@example.com" for n in range(2)]
    commands = [partial(manage, *line.split()) for line in (*superusers, ROBOT)]
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(command) for command in commands]
        answers = register_at_once(product)
        ended = [future.result() for future in running]
    assert [done.returncode for done in ended[:2]] == [0, 0]
    assert not any("Traceback" in done.stderr for done in ended)
    assert outcomes(answers) == {"201": AT_ONCE}
    assert founded(product, answers) == Founded(organizations=1, owners=1, pending=AT_ONCE - 1)
    assert product.database.count("organizations_memberrole") == 1


def test_the_naive_first_registration_founds_several_organizations(control: Application) -> None:
    """It looks whether there is an organization, and creates one if not."""
    for _ in range(ROUNDS):
        result = founded(control, register_at_once(control))
        if result.organizations > 1:
            break
    print(f"control, 1 round × {AT_ONCE} first registrations: {result}")
    assert result.organizations > 1
    assert result.owners > 1
