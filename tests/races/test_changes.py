"""Spaces and names that are changed, while they go or somebody else changes them."""

from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race
from tests.races.office import Office

pytestmark = pytest.mark.race

ROUNDS = 60 if IS_LONG else 20
AT_ONCE = 8


def test_a_space_that_is_being_deleted_is_changed_or_not_found(product: Application) -> None:
    """Without its lock a change fails on PostgreSQL: there is no row to save."""
    office, answers = Office(product.client), list[Answer]()
    for number in range(ROUNDS):
        space = office.make_space(f"Space {number}")
        bodies = [{"name": f"Space {number}.{n}"} for n in range(AT_ONCE)]
        changes = [partial(office.call, "PATCH", space, body) for body in bodies]
        *changed, deleted = race([*changes, partial(office.call, "DELETE", space)])
        assert deleted.status == 204
        answers += changed
    print(f"{ROUNDS} deletions × {AT_ONCE} changes: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() <= {"200", "space_not_found"}
    assert product.database.count("organizations_space") == 0


def test_who_describes_a_space_leaves_its_new_name(product: Application) -> None:
    """Without its lock they write the old one back, on PostgreSQL."""
    office, names = Office(product.client), list[str]()
    for number in range(ROUNDS):
        space = office.make_space(f"Space {number}")
        bodies = [{"name": "New"}, *({"description": f"{n}"} for n in range(1, AT_ONCE))]
        answers = race([partial(office.call, "PATCH", space, body) for body in bodies])
        assert outcomes(answers) == {"200": AT_ONCE}
        names.append(str(office.call("GET", space).body["name"]))
    print(f"{ROUNDS} new names beside {AT_ONCE - 1} descriptions: {names.count('New')} are there")
    assert names == ["New"] * ROUNDS


def test_an_account_that_is_being_deleted_is_renamed_or_unauthorized(product: Application) -> None:
    """A save of the account that was read fails, as there is no row for it."""
    office, answers = Office(product.client), list[Answer]()
    for number in range(ROUNDS):
        made = office.post("service-accounts", {"name": f"Robot {number}"}).body
        bodies = [{"display_name": f"Robot {number}.{n}"} for n in range(AT_ONCE)]
        call = partial(product.client.call, "PATCH", "me", made["token"])
        account = f"{office.home}/service-accounts/{made['service_account']['id']}"
        deletion = partial(office.call, "DELETE", account)
        *changed, deleted = race([*(partial(call, body) for body in bodies), deletion])
        assert deleted.status == 204
        answers += changed
    print(f"{ROUNDS} deletions × {AT_ONCE} new names: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() <= {"200", "unauthorized"}
