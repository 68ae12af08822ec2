"""POST /auth/check: whether the caller may do something, and why in words."""

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from organizations.models import Organization, Role, Space, SpaceRole
from organizations.permissions import Permission
from organizations.services.check import ORGANIZATION_WIDE
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import SpaceFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db


def check(
    actor: Actor, permission: object, organization: Organization, space: Space | None = None
) -> Answer:
    body = {"permission": permission, "organization_id": str(organization.pk)}
    more = {"space_id": str(space.pk)} if space else {}
    return actor.post("/auth/check", body | more)


def told(
    actor: Actor, permission: object, organization: Organization, space: Space | None = None
) -> str:
    """The reason, which begins with the verdict."""
    answer = check(actor, permission, organization, space)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"allowed", "reason"}
    assert body["reason"].startswith("Allowed: " if body["allowed"] else "Not allowed: ")
    reason: str = body["reason"]
    return reason


def holder(organization: Organization, *roles: Role) -> Actor:
    user = UserFactory.create()
    add_member(organization, user, *roles)
    return log_in(user)


@pytest.fixture
def reader(organization: Organization) -> Actor:
    return holder(organization, make_role(organization, Permission.BOARD_READ, name="Reader"))


def close(space: Space, *roles: Role) -> Space:
    """With an allow-list of these roles."""
    SpaceRole.objects.bulk_create([SpaceRole(space=space, role=role) for role in roles])
    Space.objects.filter(pk=space.pk).update(has_allow_list=True)
    return space


def test_the_role_that_allows_it_is_named(reader: Actor, organization: Organization) -> None:
    assert (
        told(reader, "board.read", organization) == 'Allowed: the role "Reader" holds board.read.'
    )


def test_all_roles_that_allow_it_are_named(organization: Organization) -> None:
    roles = [make_role(organization, Permission.BOARD_READ, name=name) for name in ("B", "A")]
    actor = holder(organization, make_role(organization, name="C"), *roles)
    assert told(actor, "board.read", organization) == 'Allowed: the roles "A", "B" hold board.read.'


def test_who_lacks_it_learns_whom_to_ask(organization: Organization) -> None:
    roles = [make_role(organization, name=name) for name in ("Reader", "Guest")]
    assert told(holder(organization, *roles), "board.write", organization) == (
        "Not allowed: none of your roles (Guest, Reader) holds board.write."
        " Ask an owner or somebody who manages members of Acme."
    )


def test_who_has_no_role_learns_that(member: Actor, organization: Organization) -> None:
    assert told(member, "board.read", organization) == (
        "Not allowed: you have no role in Acme."
        " Ask an owner or somebody who manages members of Acme."
    )


def test_long_lists_of_roles_are_cut_short(organization: Organization) -> None:
    roles = [make_role(organization, name=f"R{number}") for number in range(8)]
    reason = told(holder(organization, *roles), "board.read", organization)
    assert "(R0, R1, R2, R3, R4 and 3 more)" in reason


def test_strangers_learn_nothing_of_an_organization(
    outsider: Actor, organization: Organization
) -> None:
    unknown = Organization(pk=uuid.uuid4())
    answers = [check(outsider, "board.read", where) for where in (organization, unknown)]
    assert answers[0].content == answers[1].content
    reason = "Not allowed: you are not a member of this organization."
    assert answers[0].json() == {"allowed": False, "reason": reason}


def test_who_awaits_approval_learns_that(pending: Actor, organization: Organization) -> None:
    reason = told(pending, "board.read", organization)
    assert reason == "Not allowed: your account still awaits approval."


def test_a_service_account_that_manages_members_learns_its_limits(
    organization: Organization,
) -> None:
    robot = make_bot(organization, Permission.ORG_MEMBERS_MANAGE)
    reason = told(robot, "org.members.manage", organization)
    assert reason.startswith('Allowed: the role "Bot\'s role" holds org.members.manage.')
    assert "Only people create or change service accounts, tokens, invites and roles" in reason


@pytest.mark.parametrize("permission", ["board.fly", "", 5, None, ["board.read"], "BOARD.READ"])
def test_an_unknown_permission_is_refused(
    reader: Actor, organization: Organization, permission: object
) -> None:
    answer = check(reader, permission, organization)
    assert refusal(answer) == (400, "unknown permission", "unknown_permission")
    assert answer.json()["fields"] == {"permission": ["invalid_choice"]}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"permission": "board.read"}, {"organization_id": ["required"]}),
        ({"permission": "board.read", "organization_id": "acme"}, {"organization_id": ["invalid"]}),
        ({"permission": "board.read", "organization_id": 5}, {"organization_id": ["invalid"]}),
        ({"permission": "board.read", "organization_id": None}, {"organization_id": ["null"]}),
        ({"organization_id": str(uuid.uuid4())}, {"permission": ["required"]}),
        (
            {"permission": "board.read", "organization_id": str(uuid.uuid4()), "space_id": "x"},
            {"space_id": ["invalid"]},
        ),
    ],
)
def test_a_malformed_question_is_refused(reader: Actor, body: object, problem: object) -> None:
    answer = reader.post("/auth/check", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"] == problem


def test_nobody_asks_without_a_credential(anonymous: Actor) -> None:
    assert anonymous.post("/auth/check", {}).status_code == 401


# Spaces


def everybody(organization: Organization, listed: Role) -> dict[str, Actor]:
    """Members of every standing towards a space."""
    codes = [
        (),
        (Permission.BOARD_READ,),
        (Permission.TASKS_READ,),
        (Permission.BOARD_READ, Permission.TASKS_READ),
        (Permission.ORG_MANAGE,),
        (Permission.SPACE_MEMBERS_MANAGE,),
        (Permission.SPACE_DELETE,),
        tuple(Permission),
    ]
    roles = [make_role(organization, *some, name=f"Role {n}") for n, some in enumerate(codes)]
    people = {role.name: holder(organization, role) for role in roles}
    both = holder(organization, listed, roles[2])
    robot = make_bot(organization, Permission.BOARD_READ, Permission.SPACE_DELETE)
    return people | {"listed": holder(organization, listed), "both": both, "robot": robot}


def status_of(actor: Actor, method: str, path: str) -> int:
    """Of a call whose effect is taken back."""
    with transaction.atomic():
        status: int = actor.send(method, path).status_code
        transaction.set_rollback(True)
    return status


def test_a_check_in_a_space_says_what_its_calls_do(organization: Organization) -> None:
    listed = make_role(organization, name="Listed")
    people = everybody(organization, listed)
    people["creator"] = holder(organization)
    spaces = [
        SpaceFactory.create(organization=organization),
        SpaceFactory.create(organization=organization, created_by=people["creator"].user),
        close(SpaceFactory.create(organization=organization), listed),
        close(SpaceFactory.create(organization=organization)),
    ]
    seen = set()
    for actor in people.values():
        for space in spaces:
            path = f"/organizations/{organization.pk}/spaces/{space.pk}"
            enters = status_of(actor, "GET", path) == 200
            expected = {code: enters and holds(actor, code, organization) for code in Permission}
            expected |= {code: holds(actor, code, organization) for code in ORGANIZATION_WIDE}
            expected[Permission.BOARD_READ] = enters
            found = {code: is_allowed(actor, code, organization, space) for code in Permission}
            assert found == expected
            deletes = status_of(actor, "DELETE", path) == 204
            manages = status_of(actor, "GET", f"{path}/access") == 200
            assert found[Permission.SPACE_DELETE] is deletes
            assert found[Permission.SPACE_MEMBERS_MANAGE] is manages
            seen.add((enters, deletes, manages))
    assert len(seen) >= 5


def holds(actor: Actor, code: Permission, organization: Organization) -> bool:
    path = f"/organizations/{organization.pk}/me/permissions"
    return code in actor.get(path).json()["permissions"]


def is_allowed(actor: Actor, code: Permission, where: Organization, space: Space) -> bool:
    allowed: bool = check(actor, code, where, space).json()["allowed"]
    return allowed


def test_an_open_space_is_for_readers(reader: Actor, organization: Organization) -> None:
    space = SpaceFactory.create(organization=organization)
    other = holder(organization, make_role(organization, Permission.TASKS_READ, name="Worker"))
    assert told(reader, "board.read", organization, space) == (
        'Allowed: the role "Reader" holds board.read, and this space has no allow-list.'
    )
    assert told(other, "tasks.read", organization, space) == (
        'Not allowed: the role "Worker" holds tasks.read, but this space is for holders of'
        " board.read, and none of your roles (Worker) holds it."
        " Ask an owner or somebody who manages members of Acme."
    )


def test_an_allow_list_tells_those_on_it_and_nobody_else_what_is_on_it(
    reader: Actor, organization: Organization
) -> None:
    crew = make_role(organization, name="Crew")
    space = close(SpaceFactory.create(organization=organization), crew)
    inside = told(holder(organization, crew), "board.read", organization, space)
    assert inside == 'Allowed: the role "Crew" is on the allow-list of this space.'
    outside = told(reader, "board.read", organization, space)
    assert outside == (
        "Not allowed: this space has an allow-list, and none of your roles (Reader) is on it."
        " Ask an owner or somebody who manages spaces of Acme."
    )
    assert "Crew" not in outside
    assert space.name not in outside


def test_its_creator_and_who_holds_a_key_enter_a_closed_space(organization: Organization) -> None:
    maker = holder(organization)
    chief = holder(organization, make_role(organization, Permission.ORG_MANAGE, name="Chief"))
    space = close(SpaceFactory.create(organization=organization, created_by=maker.user))
    assert told(maker, "board.read", organization, space) == "Allowed: you created this space."
    assert told(chief, "board.read", organization, space) == (
        'Allowed: the role "Chief" holds org.manage, which opens every space.'
    )


def test_what_is_not_done_inside_counts_in_every_space(organization: Organization) -> None:
    role = make_role(organization, Permission.SPACE_DELETE, name="Sweeper")
    space = close(SpaceFactory.create(organization=organization))
    assert told(holder(organization, role), "space.delete", organization, space) == (
        'Allowed: the role "Sweeper" holds space.delete, which counts in every space.'
    )


@pytest.mark.parametrize("permission", ["board.read", "tasks.read", "space.delete"])
def test_a_foreign_space_is_told_like_one_that_is_not_there(
    owner: Actor, organization: Organization, permission: str
) -> None:
    spaces = [SpaceFactory.create(), Space(pk=uuid.uuid4())]
    reasons = [told(owner, permission, organization, space) for space in spaces]
    assert reasons[0] == reasons[1]
    assert reasons[0].startswith("Not allowed: ")
    assert reasons[0].endswith("Acme has no such space.")


def test_a_question_takes_few_queries_however_many_roles_there_are(
    organization: Organization,
) -> None:
    listed = make_role(organization, name="Listed")
    more = [make_role(organization, Permission.TASKS_READ, name=f"R{n}") for n in range(30)]
    space = close(SpaceFactory.create(organization=organization), listed)
    actors = [holder(organization, listed, *more), holder(organization, *more)]
    for actor in actors:
        assert queries_of(actor, organization, None) == 2
        assert queries_of(actor, organization, space) == 4


def queries_of(actor: Actor, organization: Organization, space: Space | None) -> int:
    check(actor, "tasks.read", organization, space)
    with CaptureQueriesContext(connection) as queries:
        check(actor, "tasks.read", organization, space)
    return len(queries)


def test_a_question_changes_nothing(reader: Actor, organization: Organization) -> None:
    before = list(organization.roles.values()), organization.memberships.count()
    told(reader, "org.manage", organization)
    assert (list(organization.roles.values()), organization.memberships.count()) == before
