"""Roles that are given to a member, or taken, while that member or a role goes."""

from functools import partial

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race, server_errors
from tests.races.office import Office

pytestmark = pytest.mark.race

ROUNDS = 60 if IS_LONG else 20
CONTROL_ROUNDS = 200
AT_ONCE = 8
HELD = "organizations_memberrole"


def make_reader(office: Office, number: int = 0) -> str:
    body = {"name": f"Reader {number}", "permissions": ["board.read"]}
    return str(office.post("roles", body).body["role"]["id"])


def role_at(office: Office, role: str) -> str:
    return f"{office.home}/roles/{role}"


def make_space(office: Office, number: int) -> str:
    """The path of a new one."""
    made = office.post("spaces", {"name": f"Space {number}"}).body
    return f"{office.home}/spaces/{made['id']}"


def make_robot(office: Office, number: int) -> dict[str, str]:
    """The paths of a new member: as a member, and as a service account."""
    made = office.post("service-accounts", {"name": f"Robot {number}"}).body["service_account"]
    return {
        "members": f"{office.home}/members/{made['user_id']}",
        "service-accounts": f"{office.home}/service-accounts/{made['id']}",
    }


def set_roles_while(office: Office, member: str, role: str, gone: str) -> list[Answer]:
    """Give the role to the member and take it, over and over, while what `gone` names is deleted;
    that answer comes last."""
    bodies = [{"role_ids": [role] if number % 2 else []} for number in range(AT_ONCE)]
    changes = [partial(office.call, "PUT", f"{member}/roles", body) for body in bodies]
    return race([*changes, partial(office.call, "DELETE", gone)])


@pytest.mark.parametrize("way", ["members", "service-accounts"])
def test_a_member_who_is_being_removed_gets_no_role(product: Application, way: str) -> None:
    """What was given to nobody fails at the commit; see the control below."""
    office = Office(product.client)
    role, answers = make_reader(office), list[Answer]()
    for number in range(ROUNDS):
        robot = make_robot(office, number)
        *changed, removed = set_roles_while(office, robot["members"], role, robot[way])
        assert removed.status == 204
        answers += changed
    print(f"{ROUNDS} removals × {AT_ONCE} changes of roles: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() <= {"200", "member_not_found"}
    assert product.database.count(HELD) == 1  # the owner's


def test_a_role_that_is_being_deleted_is_given_to_nobody(product: Application) -> None:
    office, answers = Office(product.client), list[Answer]()
    robot = make_robot(office, 0)["members"]
    for _ in range(ROUNDS):
        role = make_reader(office)
        *changed, deleted = set_roles_while(office, robot, role, role_at(office, role))
        assert deleted.status == 204
        answers += changed
    print(f"{ROUNDS} deletions × {AT_ONCE} changes of roles: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() <= {"200", "unknown_role"}
    assert product.database.count(HELD) == 1


def test_a_role_that_is_being_deleted_is_given_to_no_new_account(product: Application) -> None:
    """What holds a role that is gone fails at the commit, on PostgreSQL."""
    office, answers = Office(product.client), list[Answer]()
    for number in range(ROUNDS):
        role = make_reader(office)
        bodies = [{"name": f"{number}.{n}", "role_ids": [role]} for n in range(AT_ONCE)]
        creations = [partial(office.post, "service-accounts", body) for body in bodies]
        *created, _ = race([*creations, partial(office.call, "DELETE", role_at(office, role))])
        answers += created
    print(f"{ROUNDS} deletions × {AT_ONCE} new accounts: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() <= {"201", "unknown_role"}
    assert product.database.count(HELD) == 1


@pytest.mark.parametrize("going", ["role", "space"])
def test_what_is_being_deleted_is_on_no_allow_list(product: Application, going: str) -> None:
    office, answers = Office(product.client), list[Answer]()
    for number in range(ROUNDS):
        role, space = make_reader(office, number), make_space(office, number)
        bodies = [{"role_ids": [role] if n % 2 else []} for n in range(AT_ONCE)]
        changes = [partial(office.call, "PUT", f"{space}/access", body) for body in bodies]
        gone = {"role": role_at(office, role), "space": space}[going]
        *changed, deleted = race([*changes, partial(office.call, "DELETE", gone)])
        assert deleted.status == 204
        answers += changed
    print(f"{ROUNDS} deletions × {AT_ONCE} allow-lists: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() <= {"200", "unknown_role", "space_not_found"}
    assert product.database.count("organizations_spacerole") == 0


def test_naive_changes_fail_while_a_member_is_removed(naive_team: Application) -> None:
    """They look whether there is such a member, and then give a role to who may be gone."""
    office = Office(naive_team.client)
    role, rounds, failed = make_reader(office), 0, 0
    while rounds < CONTROL_ROUNDS and not failed:
        robot = make_robot(office, rounds)["members"]
        failed = server_errors(set_roles_while(office, robot, role, robot))
        rounds += 1
    print(f"control, {rounds} removals × {AT_ONCE} changes of roles: {failed} errors")
    assert failed
