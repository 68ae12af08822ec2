"""Decisions about people that meet: on a sign-up, on an invite, between the last two owners."""

from functools import partial
from itertools import cycle, islice

import pytest

from tests.races.applications import Application
from tests.races.client import Answer, Client, outcomes, race, server_errors
from tests.races.office import Office

pytestmark = pytest.mark.race

ROUNDS = 10
AT_ONCE = 50


def test_one_of_fifty_decisions_on_a_sign_up_counts(product: Application) -> None:
    """A decision that is looked at before it is saved lets several through, each with a mail."""
    office = Office(product.client)
    answers = list[Answer]()
    for number in range(ROUNDS):
        product.client.register(f"applicant{number}@example.com")
        request = office.get(f"{office.home}/signup-requests")["signup_requests"][0]
        path = f"signup-requests/{request['id']}"
        decisions = islice(cycle(["approve", "deny"]), AT_ONCE)
        answers += race([partial(office.post, f"{path}/{decision}") for decision in decisions])
    print(f"{ROUNDS} rounds × {AT_ONCE} decisions: {dict(outcomes(answers))}")
    lost = ROUNDS * (AT_ONCE - 1)
    assert outcomes(answers) == {"204": ROUNDS, "signup_already_resolved": lost}


def test_one_of_fifty_accounts_joins_by_an_invite(product: Application) -> None:
    """Read-then-save lets several join by one invite."""
    office = Office(product.client)
    register = product.client.register
    tokens = [register(f"guest{n}@example.com").access_token for n in range(AT_ONCE)]
    answers = list[Answer]()
    for _ in range(ROUNDS):
        path = f"invites/{office.post('invites').body['token']}/accept"
        answers += race([partial(product.client.call, "POST", path, token) for token in tokens])
    print(f"{ROUNDS} rounds × {AT_ONCE} accepts of one invite: {dict(outcomes(answers))}")
    lost = ROUNDS * (AT_ONCE - 1)
    assert outcomes(answers) == {"200": ROUNDS, "invite_not_found": lost}


def test_two_owners_who_demote_each_other_leave_one(product: Application) -> None:
    """Counting the other owners without a lock lets both go, on PostgreSQL in the first rounds."""
    office = Office(product.client)
    owner_role = office.get(f"{office.home}/roles")["roles"][0]["id"]
    second = office.join("second@example.com").access_token
    ids = {row["email"]: row["user_id"] for row in office.get(f"{office.home}/members")["members"]}
    paths = {email: f"{office.home}/members/{ids[email]}/roles" for email in ids}
    tokens = {"owner@example.com": office.token, "second@example.com": second}
    answers = list[Answer]()
    for _ in range(2 * ROUNDS):
        _make_owners(product.client, paths, tokens, owner_role)
        demotions = [
            (second, paths["owner@example.com"]),
            (office.token, paths["second@example.com"]),
        ]
        answers += race(
            [partial(_set_roles, product.client, path, token, []) for token, path in demotions]
        )
        assert _count_owners(product.client, office.home, office.token) == 1
    print(f"{2 * ROUNDS} rounds of two demotions: {dict(outcomes(answers))}")
    assert server_errors(answers) == 0


def _make_owners(
    client: Client, paths: dict[str, str], tokens: dict[str, str], owner_role: str
) -> None:
    """Both hold Owner: whoever does gives it to the other."""
    for path in paths.values():
        for token in tokens.values():
            _set_roles(client, path, token, [owner_role])


def _set_roles(client: Client, path: str, token: str, role_ids: list[str]) -> Answer:
    return client.call("PUT", path, token, {"role_ids": role_ids})


def _count_owners(client: Client, home: str, token: str) -> int:
    members = client.call("GET", f"{home}/members", token).body["members"]
    return sum(member["role"] == "admin" for member in members)
