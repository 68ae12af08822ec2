"""GET and POST /organizations/{org}/roles, PATCH and DELETE /organizations/{org}/roles/{role}."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from organizations.models import MemberRole, Organization, Role
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NAME_REQUIRED = (400, "name required", "name_required")
NAME_TAKEN = (409, "role name taken", "role_name_taken")
NOT_FOUND = (404, "role not found", "role_not_found")
UNKNOWN = (400, "unknown permission", "unknown_permission")
SHAPE = {"id", "organization_id", "name", "is_system", "created_at", "updated_at", "permissions"}


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/roles"


@pytest.fixture
def manager(organization: Organization) -> Actor:
    """A person who may manage members and read boards, and is no owner."""
    user = UserFactory.create(email="manager@example.com")
    needed = (Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    add_member(organization, user, make_role(organization, *needed, name="Manager"))
    return log_in(user)


@pytest.fixture
def role(organization: Organization) -> Role:
    return make_role(organization, Permission.BOARD_READ, name="Reader")


@pytest.fixture
def owner_path(path: str) -> str:
    return f"{path}/{Role.objects.get(is_system=True).pk}"


def told(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__startswith="role.", action=action))


def test_a_role_that_was_created_is_listed(manager: Actor, path: str) -> None:
    body = {"name": " Reader ", "permissions": ["board.read", "board.read"]}
    created = manager.post(path, body)
    assert (created.status_code, created.json().keys()) == (201, {"role"})
    role = created.json()["role"]
    assert (role["name"], role["is_system"]) == ("Reader", False)
    assert role["permissions"] == ["board.read"]
    assert role in manager.get(path).json()["roles"]


def test_a_role_is_shown_in_its_shape(owner: Actor, organization: Organization, path: str) -> None:
    (role,) = owner.get(path).json()["roles"]
    assert role.keys() == SHAPE
    assert (role["name"], role["is_system"]) == ("Owner", True)
    assert role["permissions"] == sorted(Permission)
    assert role["organization_id"] == str(organization.pk)
    assert role["created_at"].endswith("Z")


def test_the_system_role_comes_first_then_they_go_by_name(
    owner: Actor, organization: Organization, path: str
) -> None:
    for name in ("writer", "Admin", "Zoo", "bot"):
        make_role(organization, name=name)
    make_role(OrganizationFactory.create(), name="Foreign")
    names = [role["name"] for role in owner.get(path).json()["roles"]]
    assert names == ["Owner", "Admin", "bot", "writer", "Zoo"]


@pytest.mark.parametrize("body", [{}, {"permissions": None}, {"permissions": []}])
def test_a_role_may_grant_nothing(owner: Actor, path: str, body: dict[str, object]) -> None:
    answer = owner.post(path, {"name": "Empty", **body})
    assert (answer.status_code, answer.json()["role"]["permissions"]) == (201, [])


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": "  "}])
def test_a_role_needs_a_name(owner: Actor, path: str, body: dict[str, object]) -> None:
    assert refusal(owner.post(path, {**body, "permissions": []})) == NAME_REQUIRED
    assert Role.objects.count() == 1


@pytest.mark.parametrize("code", ["board.admin", "BOARD.READ", "*", "", "org.*"])
def test_a_permission_that_is_unknown_is_refused(
    owner: Actor, path: str, role: Role, code: str
) -> None:
    body = {"name": "New", "permissions": ["board.read", code]}
    assert refusal(owner.post(path, body)) == UNKNOWN
    assert refusal(owner.patch(f"{path}/{role.pk}", body)) == UNKNOWN
    role.refresh_from_db()
    assert (role.name, role.permissions) == ("Reader", ["board.read"])
    assert Role.objects.count() == 2


@pytest.mark.parametrize("value", ["board.read", 5, {"board.read": True}, ["board.read"] * 101])
def test_permissions_are_a_list(owner: Actor, path: str, value: object) -> None:
    answer = owner.post(path, {"name": "New", "permissions": value})
    assert answer.status_code == 400
    assert Role.objects.count() == 1


@pytest.mark.parametrize("name", ["x" * 101, "a\nb", 5, True, ["x"]])
def test_a_name_is_one_line_of_text(owner: Actor, path: str, role: Role, name: object) -> None:
    for answer in (
        owner.post(path, {"name": name}),
        owner.patch(f"{path}/{role.pk}", {"name": name}),
    ):
        assert (answer.status_code, answer.json()["fields"].keys()) == (400, {"name"})
    assert Role.objects.count() == 2


@pytest.mark.parametrize("name", ["Reader", "READER", " reader ", "owner", "OWNER"])
def test_a_name_is_taken_without_regard_to_case(
    owner: Actor, organization: Organization, path: str, role: Role, name: str
) -> None:
    other = make_role(organization, name="Other")
    assert refusal(owner.post(path, {"name": name})) == NAME_TAKEN
    assert refusal(owner.patch(f"{path}/{other.pk}", {"name": name})) == NAME_TAKEN
    other.refresh_from_db()
    assert (other.name, Role.objects.count()) == ("Other", 3)
    assert told("role.changed") == told("role.created") == []


def test_a_name_may_be_used_in_another_organization(owner: Actor, path: str) -> None:
    make_role(OrganizationFactory.create(), name="Reader")
    assert owner.post(path, {"name": "Reader"}).status_code == 201


def test_a_role_keeps_its_own_name_in_another_spelling(owner: Actor, path: str, role: Role) -> None:
    assert owner.patch(f"{path}/{role.pk}", {"name": "READER"}).json()["role"]["name"] == "READER"


def test_nobody_puts_into_a_role_what_they_do_not_hold(
    manager: Actor, path: str, role: Role
) -> None:
    body = {"name": "Mighty", "permissions": ["board.read", "terminal.use"]}
    assert refusal(manager.post(path, body)) == FORBIDDEN
    assert refusal(manager.patch(f"{path}/{role.pk}", body)) == FORBIDDEN
    role.refresh_from_db()
    assert (role.name, role.permissions) == ("Reader", ["board.read"])
    assert Role.objects.count() == 3
    assert told("role.changed") == told("role.created") == []


def test_nobody_raises_themselves_through_a_role_that_they_hold(
    manager: Actor, organization: Organization, path: str
) -> None:
    own = Role.objects.get(name="Manager")
    answer = manager.patch(f"{path}/{own.pk}", {"permissions": sorted(Permission)})
    assert refusal(answer) == FORBIDDEN
    permissions = manager.get(f"/organizations/{organization.pk}/me/permissions").json()
    assert permissions == {"permissions": ["board.read", "org.members.manage"]}


def test_what_a_role_grants_already_may_stay_in_it(
    manager: Actor, organization: Organization, path: str
) -> None:
    role = make_role(organization, Permission.TERMINAL_USE, name="Terminal")
    body = {"name": "Shell", "permissions": ["terminal.use", "board.read"]}
    answer = manager.patch(f"{path}/{role.pk}", body)
    assert answer.json()["role"]["permissions"] == ["board.read", "terminal.use"]


def test_a_change_is_effective_for_holders_at_once(
    owner: Actor, member: Actor, organization: Organization, path: str, role: Role
) -> None:
    MemberRole.objects.create(membership=member.user.memberships.get(), role=role)
    spaces = f"/organizations/{organization.pk}/spaces"
    assert member.get(spaces).status_code == 200
    owner.patch(f"{path}/{role.pk}", {"permissions": []})
    assert refusal(member.get(spaces)) == FORBIDDEN


def test_what_is_absent_is_left(owner: Actor, path: str, role: Role) -> None:
    for body in ({}, {"set_permissions": True}, {"permissions": None}, {"is_system": True}):
        answer = owner.patch(f"{path}/{role.pk}", body)
        assert answer.status_code == 200
        changed = answer.json()["role"]
        assert (changed["name"], changed["permissions"]) == ("Reader", ["board.read"])
    assert not changed["is_system"]
    assert told("role.changed") == []


def test_permissions_are_set_with_and_without_the_old_flag(
    owner: Actor, path: str, role: Role
) -> None:
    for flag in (True, False, None, "x"):
        body = {"permissions": ["chat.read"], "set_permissions": flag}
        changed = owner.patch(f"{path}/{role.pk}", body).json()["role"]
        assert changed["permissions"] == ["chat.read"]


@pytest.mark.parametrize("body", [{"name": ""}, {"name": " "}])
def test_a_name_cannot_be_cleared(
    owner: Actor, path: str, role: Role, body: dict[str, object]
) -> None:
    assert refusal(owner.patch(f"{path}/{role.pk}", body)) == NAME_REQUIRED


def test_a_change_is_dated(owner: Actor, path: str, role: Role) -> None:
    changed = owner.patch(f"{path}/{role.pk}", {"name": "Lector"}).json()["role"]
    assert changed["updated_at"] > changed["created_at"]


def test_the_system_role_stays_as_it_is(owner: Actor, owner_path: str) -> None:
    rename = (400, "cannot rename system role", "cannot_rename_system_role")
    assert refusal(owner.patch(owner_path, {"name": "Boss"})) == rename
    answer = owner.patch(owner_path, {"permissions": ["board.read"]})
    code = "cannot_modify_system_role_permissions"
    assert refusal(answer) == (400, "cannot modify system role permissions", code)
    answer = owner.send("DELETE", owner_path)
    assert refusal(answer) == (400, "cannot delete owner role", "cannot_delete_owner_role")
    assert Role.objects.get(is_system=True).sorted_permissions == sorted(Permission)
    assert told("role.changed") == told("role.deleted") == []


def test_a_role_is_deleted_and_its_holders_lose_it(
    owner: Actor, member: Actor, organization: Organization, path: str, role: Role
) -> None:
    MemberRole.objects.create(membership=member.user.memberships.get(), role=role)
    answer = owner.send("DELETE", f"{path}/{role.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(member.get(f"/organizations/{organization.pk}/spaces")) == FORBIDDEN
    assert member.get(f"/organizations/{organization.pk}").status_code == 200
    assert refusal(owner.send("DELETE", f"{path}/{role.pk}")) == NOT_FOUND


def test_a_role_of_another_organization_is_not_found(owner: Actor, path: str) -> None:
    foreign = make_role(OrganizationFactory.create(), name="Foreign")
    for role_id in (foreign.pk, uuid.uuid4()):
        assert refusal(owner.patch(f"{path}/{role_id}", {"name": "Mine"})) == NOT_FOUND
        assert refusal(owner.send("DELETE", f"{path}/{role_id}")) == NOT_FOUND
    foreign.refresh_from_db()
    assert foreign.name == "Foreign"


def test_the_body_is_checked_before_the_role_is_looked_for(owner: Actor, path: str) -> None:
    assert refusal(owner.patch(f"{path}/{uuid.uuid4()}", {"name": ""})) == NAME_REQUIRED
    answer = owner.send("PATCH", f"{path}/{uuid.uuid4()}", "{")
    assert refusal(answer) == (400, "invalid json", "invalid_json")


def test_a_service_account_reads_roles_and_changes_none(
    organization: Organization, path: str, role: Role
) -> None:
    mighty = make_bot(organization, *Permission, name="Mighty")
    before = list(Role.objects.order_by("pk").values())
    assert mighty.get(path).status_code == 200
    assert refusal(mighty.post(path, {"name": "New"})) == FORBIDDEN
    assert refusal(mighty.patch(f"{path}/{role.pk}", {"name": "New"})) == FORBIDDEN
    assert refusal(mighty.send("DELETE", f"{path}/{role.pk}")) == FORBIDDEN
    assert list(Role.objects.order_by("pk").values()) == before


def test_a_member_sees_and_changes_nothing(member: Actor, path: str, role: Role) -> None:
    assert refusal(member.get(path)) == FORBIDDEN
    assert refusal(member.send("POST", path, "{")) == FORBIDDEN
    assert refusal(member.send("DELETE", f"{path}/{role.pk}")) == FORBIDDEN
    assert Role.objects.filter(pk=role.pk).exists()


def test_each_change_leaves_one_event(owner: Actor, path: str) -> None:
    created = owner.post(path, {"name": "Reader", "permissions": ["board.read"]}).json()["role"]
    owner.patch(f"{path}/{created['id']}", {"name": "Writer"})
    owner.send("DELETE", f"{path}/{created['id']}")
    events = AuditEvent.objects.filter(target_id=created["id"]).order_by("pk")
    assert [(event.action, event.before, event.after) for event in events] == [
        ("role.created", {}, {"name": "Reader", "permissions": ["board.read"]}),
        ("role.changed", {"name": "Reader"}, {"name": "Writer"}),
        ("role.deleted", {"name": "Writer", "permissions": ["board.read"]}, {}),
    ]


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_any_length_costs_three_queries(
    owner: Actor, organization: Organization, path: str, count: int
) -> None:
    for number in range(count):
        make_role(organization, *Permission, name=f"Role {number}")
    owner.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert len(owner.get(path).json()["roles"]) == count + 1
    assert len(queries) == 3
