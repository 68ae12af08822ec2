"""GET and PUT /organizations/{org}/members/{user}/roles."""

import uuid

import pytest

from accounts.models import AuditEvent, User
from organizations.models import MemberRole, Organization, Role
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
LAST_OWNER = (409, "last_owner", "last_owner")
UNKNOWN_ROLE = (400, "unknown role", "unknown_role")


@pytest.fixture
def manager(organization: Organization) -> Actor:
    """A person who may manage members and read boards, and is no owner."""
    user = UserFactory.create(email="manager@example.com")
    needed = (Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    add_member(organization, user, make_role(organization, *needed, name="Manager"))
    return log_in(user)


@pytest.fixture
def reader_role(organization: Organization) -> Role:
    return make_role(organization, Permission.BOARD_READ, name="Reader")


@pytest.fixture
def owner_role(organization: Organization) -> Role:
    return Role.objects.get(organization=organization, is_system=True)


def roles_path(user: User) -> str:
    return f"/organizations/{Organization.objects.get(slug='acme').pk}/members/{user.pk}/roles"


def give(actor: Actor, user: User, *roles: Role) -> Answer:
    ids = ", ".join(f'"{role.pk}"' for role in roles)
    return actor.send("PUT", roles_path(user), f'{{"role_ids": [{ids}]}}')


def held(user: User) -> set[Role]:
    return {row.role for row in MemberRole.objects.filter(membership__user=user)}


def changes() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="member.roles_changed"))


def test_given_roles_are_listed_and_effective_at_once(
    manager: Actor, member: Actor, reader_role: Role
) -> None:
    answer = give(manager, member.user, reader_role)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert manager.get(roles_path(member.user)).json() == {"role_ids": [str(reader_role.pk)]}
    path = roles_path(member.user).split("/members")[0]
    assert member.get(f"{path}/spaces").status_code == 200


def test_the_list_is_complete_what_is_not_in_it_is_taken_away(
    organization: Organization, manager: Actor, member: Actor, reader_role: Role
) -> None:
    other = make_role(organization, name="Other")
    give(manager, member.user, reader_role)
    give(manager, member.user, other)
    assert held(member.user) == {other}
    give(manager, member.user)
    assert held(member.user) == set()


def test_a_role_named_twice_is_held_once(manager: Actor, member: Actor, reader_role: Role) -> None:
    assert give(manager, member.user, reader_role, reader_role).status_code == 200
    assert MemberRole.objects.filter(membership__user=member.user).count() == 1


@pytest.mark.parametrize("content", ["{}", '{"role_ids": null}', '{"roles": []}'])
def test_the_list_must_be_there(
    manager: Actor, member: Actor, reader_role: Role, content: str
) -> None:
    give(manager, member.user, reader_role)
    answer = manager.send("PUT", roles_path(member.user), content)
    assert refusal(answer) == (400, "role_ids required", "role_ids_required")
    assert held(member.user) == {reader_role}


@pytest.mark.parametrize("role_ids", ['["x"]', "[null]", "[5]", f'["{uuid.UUID(int=1)}"]'])
def test_an_unknown_role_changes_nothing(
    manager: Actor, member: Actor, reader_role: Role, role_ids: str
) -> None:
    give(manager, member.user, reader_role)
    answer = manager.send("PUT", roles_path(member.user), f'{{"role_ids": {role_ids}}}')
    assert refusal(answer) == UNKNOWN_ROLE
    assert held(member.user) == {reader_role}


def test_a_role_of_another_organization_is_unknown(manager: Actor, member: Actor) -> None:
    foreign = make_role(OrganizationFactory.create(), Permission.BOARD_READ)
    assert refusal(give(manager, member.user, foreign)) == UNKNOWN_ROLE
    assert held(member.user) == set()


@pytest.mark.parametrize("value", ['"x"', "5", "{}", "true"])
def test_role_ids_are_a_list(manager: Actor, member: Actor, value: str) -> None:
    answer = manager.send("PUT", roles_path(member.user), f'{{"role_ids": {value}}}')
    assert answer.status_code == 400
    assert answer.json()["fields"].keys() == {"role_ids"}


def test_who_is_no_member_is_not_found(manager: Actor, outsider: Actor) -> None:
    not_found = (404, "member not found", "member_not_found")
    assert refusal(manager.get(roles_path(outsider.user))) == not_found
    assert refusal(give(manager, outsider.user)) == not_found
    assert changes() == []


def test_nobody_grants_what_they_do_not_hold(
    organization: Organization, manager: Actor, member: Actor
) -> None:
    role = make_role(organization, Permission.BOARD_READ, Permission.TERMINAL_USE, name="Terminal")
    assert refusal(give(manager, member.user, role)) == FORBIDDEN
    assert held(member.user) == set()
    assert changes() == []


def test_nobody_raises_themselves(
    organization: Organization, manager: Actor, owner_role: Role
) -> None:
    mighty = make_role(organization, *Permission, name="Mighty")
    before = held(manager.user)
    for role in (mighty, owner_role):
        assert refusal(give(manager, manager.user, *before, role)) == FORBIDDEN
    assert held(manager.user) == before


def test_a_role_that_a_member_holds_already_is_no_grant(
    organization: Organization, manager: Actor, member: Actor, reader_role: Role
) -> None:
    beyond = make_role(organization, Permission.TERMINAL_USE, name="Terminal")
    MemberRole.objects.create(membership=member.user.memberships.get(), role=beyond)
    assert give(manager, member.user, beyond, reader_role).status_code == 200
    assert held(member.user) == {beyond, reader_role}


def test_a_member_with_every_permission_does_not_touch_owner(
    organization: Organization, member: Actor, owner: Actor, owner_role: Role
) -> None:
    almost = make_role(organization, *Permission, name="Almost")
    MemberRole.objects.create(membership=member.user.memberships.get(), role=almost)
    other = UserFactory.create()
    add_member(organization, other)
    assert refusal(give(member, other, owner_role)) == FORBIDDEN
    add_member(organization, UserFactory.create(), owner_role)
    assert refusal(give(member, owner.user)) == FORBIDDEN
    assert (held(other), held(owner.user)) == (set(), {owner_role})


def test_an_owner_shares_and_hands_over_the_ownership(
    owner: Actor, member: Actor, owner_role: Role
) -> None:
    assert give(owner, member.user, owner_role).status_code == 200
    assert give(owner, owner.user).status_code == 200
    assert (held(owner.user), held(member.user)) == (set(), {owner_role})


def test_the_last_owner_stays_one(owner: Actor, owner_role: Role, reader_role: Role) -> None:
    for roles in ((), (reader_role,)):
        assert refusal(give(owner, owner.user, *roles)) == LAST_OWNER
    assert held(owner.user) == {owner_role}
    assert changes() == []


@pytest.mark.parametrize("fields", [{"is_active": False}, {"signup_status": "denied"}])
def test_an_owner_who_cannot_log_in_is_no_other_owner(
    organization: Organization, owner: Actor, owner_role: Role, fields: dict[str, object]
) -> None:
    add_member(organization, UserFactory.create(**fields), owner_role)
    assert refusal(give(owner, owner.user)) == LAST_OWNER
    assert held(owner.user) == {owner_role}


def test_a_service_account_never_owns(owner: Actor, bot: Actor, owner_role: Role) -> None:
    expected = (400, "service accounts cannot be owners", "service_accounts_cannot_be_owners")
    assert refusal(give(owner, bot.user, owner_role)) == expected
    assert held(bot.user) == set()


def test_a_service_account_gets_other_roles(owner: Actor, bot: Actor, reader_role: Role) -> None:
    assert give(owner, bot.user, reader_role).status_code == 200
    assert held(bot.user) == {reader_role}


def test_a_service_account_gives_no_roles(
    organization: Organization, member: Actor, reader_role: Role
) -> None:
    mighty = make_bot(organization, *Permission, name="Mighty")
    assert mighty.get(roles_path(member.user)).status_code == 200
    assert refusal(give(mighty, member.user, reader_role)) == FORBIDDEN
    assert held(member.user) == set()


def test_a_member_sees_and_changes_nothing(member: Actor, reader_role: Role) -> None:
    assert refusal(member.get(roles_path(member.user))) == FORBIDDEN
    assert refusal(member.send("PUT", roles_path(member.user), "{")) == FORBIDDEN


def test_one_event_tells_before_and_after(manager: Actor, member: Actor, reader_role: Role) -> None:
    give(manager, member.user, reader_role)
    give(manager, member.user, reader_role)  # changes nothing
    (event,) = changes()
    assert (event.before, event.after) == ({"role_ids": []}, {"role_ids": [str(reader_role.pk)]})
    assert (event.actor_id, event.target_id) == (manager.user.pk, member.user.pk)
