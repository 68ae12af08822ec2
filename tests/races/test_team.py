"""What people of a team contest: one invite, and who is the last owner."""

from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, Client, outcomes, race, server_errors
from tests.races.office import Office

pytestmark = pytest.mark.race

ROUNDS = 10 if IS_LONG else 4
CONTROL_ROUNDS = 100
AT_ONCE = 50
MEMBERSHIPS = "organizations_membership"


def register_guests(client: Client) -> list[str]:
    """The access tokens of as many accounts that wait."""
    registrations = [partial(client.register, f"guest{n}@example.com") for n in range(AT_ONCE)]
    return [answer.access_token for answer in race(registrations)]


def accept_at_once(office: Office, guests: list[str]) -> list[Answer]:
    """All accept one new invite."""
    path = f"invites/{office.post('invites').body['token']}/accept"
    return race([partial(office.client.call, "POST", path, guest) for guest in guests])


def test_one_of_fifty_accounts_joins_by_an_invite(product: Application) -> None:
    """The naive acceptance lets several in; see the control below."""
    office = Office(product.client)
    guests = register_guests(product.client)
    answers, joined = list[Answer](), set[int]()
    for _ in range(ROUNDS):
        answers += (accepted := accept_at_once(office, guests))
        joined |= {number for number, answer in enumerate(accepted) if answer.is_success}
        assert product.database.count(MEMBERSHIPS) == 1 + len(joined)
    print(f"{ROUNDS} rounds × {AT_ONCE} accepts of one invite: {dict(outcomes(answers))}")
    lost = ROUNDS * (AT_ONCE - 1)
    assert outcomes(answers) == {"200": ROUNDS, "invite_not_found": lost}
    assert {answer.status for answer in answers} == {200, 404}


def test_the_naive_acceptance_lets_several_in(naive_team: Application) -> None:
    """It looks whether the invite is usable, and then marks it."""
    office = Office(naive_team.client)
    guests = register_guests(naive_team.client)
    for _ in range(CONTROL_ROUNDS):
        counted = outcomes(accept_at_once(office, guests))
        if counted["200"] > 1:
            break
    print(f"control, 1 round × {AT_ONCE} accepts of one invite: {dict(counted)}")
    assert counted["200"] > 1
    assert naive_team.database.count(MEMBERSHIPS) > 2  # the owner's and one more


def demote_each_other(one: Office, other: Office) -> list[Answer]:
    """Two owners, each of whom takes the role from the other."""
    return race([partial(one.set_owner, other, False), partial(other.set_owner, one, False)])


def test_two_owners_who_demote_each_other_leave_one(product: Application) -> None:
    """The naive demotion leaves none; see the control below."""
    office = Office(product.client)
    second = office.appoint("second@example.com")
    answers = list[Answer]()
    for _ in range(2 * ROUNDS):
        answers += demote_each_other(office, second)
        assert office.count_owners() == 1
        # Whoever is still an owner makes the other one again.
        office.set_owner(second, True)
        second.set_owner(office, True)
        assert office.count_owners() == 2
    print(f"{2 * ROUNDS} rounds of two demotions: {dict(outcomes(answers))}")
    assert server_errors(answers) == 0


def test_the_naive_demotion_leaves_no_owner(naive_team: Application) -> None:
    """It counts the other owners, and then takes the role away."""
    office = Office(naive_team.client)
    second = office.appoint("second@example.com")
    rounds = 0
    while rounds < CONTROL_ROUNDS and office.count_owners():
        office.set_owner(second, True)
        second.set_owner(office, True)
        demote_each_other(office, second)
        rounds += 1
    print(f"control, {rounds} rounds of two demotions: {office.count_owners()} owners")
    assert office.count_owners() == 0
