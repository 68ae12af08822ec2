"""GET /organizations/{org}/members and DELETE /organizations/{org}/members/{user}."""

import uuid

import pytest
from django.contrib.auth.models import Permission as AdminPermission

from accounts.models import AuditEvent, Session, User
from organizations.models import MemberRole, Membership, Organization, Role
from organizations.permissions import Permission
from organizations.services.organization import add_owner
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import PASSWORD, OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
LAST_OWNER = (409, "last_owner", "last_owner")


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/members"


@pytest.fixture(params=["access token", "service account token"])
def manager(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A holder of org.members.manage who is no owner, with either kind of credential."""
    if request.param == "service account token":
        return make_bot(organization, Permission.ORG_MEMBERS_MANAGE, name="Keeper")
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MEMBERS_MANAGE))
    return log_in(user)


def make_owner(organization: Organization, **fields: object) -> Actor:
    user = UserFactory.create(**fields)
    add_member(organization, user, Role.objects.get(organization=organization, is_system=True))
    return log_in(user)


def removals() -> int:
    return AuditEvent.objects.filter(action="member.removed").count()


def test_members_are_listed_by_email(member: Actor, owner: Actor, bot: Actor, path: str) -> None:
    rows = member.get(path).json()["members"]
    emails = [row["email"] for row in rows]
    assert emails == sorted(emails)
    assert {"member@example.com", "owner@example.com", bot.user.email} == set(emails)


def test_a_person_is_shown_in_its_shape(member: Actor, path: str) -> None:
    (row,) = [r for r in member.get(path).json()["members"] if r["email"] == "owner@example.com"]
    owner = User.objects.get(email="owner@example.com")
    assert row == {
        "organization_id": path.split("/")[2],
        "user_id": str(owner.pk),
        "role": "admin",
        "email": "owner@example.com",
        "display_name": "Olivia Owner",
        "last_seen_at": None,
        "is_service_account": False,
    }


def test_when_somebody_was_last_seen_is_shown(member: Actor, path: str) -> None:
    member.get("/me")
    (row,) = [r for r in member.get(path).json()["members"] if r["email"] == "member@example.com"]
    assert row["role"] == "member"
    assert row["last_seen_at"].endswith("Z")


def test_all_permissions_together_do_not_make_an_owner(
    organization: Organization, member: Actor, path: str
) -> None:
    role = make_role(organization, *Permission, name="Almost")
    MemberRole.objects.create(membership=Membership.objects.get(user=member.user), role=role)
    rows = {row["email"]: row["role"] for row in member.get(path).json()["members"]}
    assert rows == {"member@example.com": "member", "owner@example.com": "admin"}


def test_an_owner_of_another_organization_is_a_member_here(
    organization: Organization, member: Actor, path: str
) -> None:
    other = OrganizationFactory.create()
    role = Role.objects.create(organization=other, name="Owner", name_key="owner", is_system=True)
    add_member(other, member.user, role)
    rows = {row["email"]: row["role"] for row in member.get(path).json()["members"]}
    assert rows["member@example.com"] == "member"


def test_members_of_another_organization_are_not_listed(member: Actor, path: str) -> None:
    add_member(OrganizationFactory.create(), UserFactory.create(email="foreign@example.com"))
    assert "foreign@example.com" not in member.get(path).content.decode()


def test_a_member_is_removed_and_loses_the_organization_at_once(
    manager: Actor, member: Actor, path: str
) -> None:
    answer = manager.send("DELETE", f"{path}/{member.user.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    expected = (403, "not a member of this organization", "not_a_member")
    assert refusal(member.get(path)) == expected
    assert member.get("/organizations").json()["organizations"] == []
    assert removals() == 1


def test_a_removed_member_can_still_log_in(manager: Actor, member: Actor, path: str) -> None:
    manager.send("DELETE", f"{path}/{member.user.pk}")
    body = {"email": "member@example.com", "password": PASSWORD}
    assert Actor().post("/auth/login", body).status_code == 200
    assert User.objects.get(pk=member.user.pk).is_active
    assert Session.objects.filter(user=member.user, revoked_at=None).count() == 2


def test_the_roles_do_not_come_back_with_a_new_membership(
    organization: Organization, owner: Actor, path: str
) -> None:
    manager = make_owner(organization)
    owner.send("DELETE", f"{path}/{manager.user.pk}")
    add_member(organization, manager.user)
    answer = manager.get(f"/organizations/{organization.pk}/me/permissions")
    assert answer.json() == {"permissions": []}


def test_a_membership_elsewhere_stays(manager: Actor, member: Actor, path: str) -> None:
    other = OrganizationFactory.create()
    add_member(other, member.user)
    manager.send("DELETE", f"{path}/{member.user.pk}")
    assert member.get(f"/organizations/{other.pk}").status_code == 200


def test_nobody_removes_themselves(manager: Actor, owner: Actor, path: str) -> None:
    for actor in (manager, owner):
        answer = actor.send("DELETE", f"{path}/{actor.user.pk}")
        assert refusal(answer) == (400, "cannot remove yourself", "cannot_remove_yourself")
        assert Membership.objects.filter(user=actor.user).exists()
    assert removals() == 0


def test_who_is_no_member_is_not_found(manager: Actor, outsider: Actor, path: str) -> None:
    foreign = UserFactory.create()
    add_member(OrganizationFactory.create(), foreign)
    for user_id in (outsider.user.pk, foreign.pk, uuid.uuid4()):
        answer = manager.send("DELETE", f"{path}/{user_id}")
        assert refusal(answer) == (404, "member not found", "member_not_found")
    assert Membership.objects.filter(user=foreign).exists()
    assert removals() == 0


def test_who_is_no_owner_removes_no_owner(
    organization: Organization, manager: Actor, owner: Actor, path: str
) -> None:
    make_owner(organization)
    assert refusal(manager.send("DELETE", f"{path}/{owner.user.pk}")) == FORBIDDEN
    assert owner.get(path).status_code == 200
    assert removals() == 0


def test_an_owner_removes_another(organization: Organization, owner: Actor, path: str) -> None:
    second = make_owner(organization)
    assert owner.send("DELETE", f"{path}/{second.user.pk}").status_code == 204
    assert Membership.objects.filter(roles__is_system=True).count() == 1


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"signup_status": "denied"}, {"signup_status": "pending"}]
)
def test_an_owner_who_cannot_log_in_does_not_count(
    organization: Organization, owner: Actor, fields: dict[str, object]
) -> None:
    """The one who calls is the last of whom the organization has anything."""
    caller = make_owner(organization)
    User.objects.filter(pk=caller.user.pk).update(is_active=True)
    make_owner(organization, **fields)
    path = f"/organizations/{organization.pk}/members"
    assert caller.send("DELETE", f"{path}/{owner.user.pk}").status_code == 204
    roles = f"{path}/{caller.user.pk}/roles"
    answer = caller.send("PUT", roles, '{"role_ids": []}')
    assert refusal(answer) == LAST_OWNER


def test_a_service_account_can_be_removed(owner: Actor, bot: Actor, path: str) -> None:
    assert bot.get(path).status_code == 200
    assert owner.send("DELETE", f"{path}/{bot.user.pk}").status_code == 204
    assert bot.get(path).status_code == 403


def test_without_the_permission_nobody_is_removed(
    member: Actor, bot: Actor, owner: Actor, path: str
) -> None:
    for actor in (member, bot):
        assert refusal(actor.send("DELETE", f"{path}/{owner.user.pk}")) == FORBIDDEN
        assert refusal(actor.send("DELETE", f"{path}/{uuid.uuid4()}")) == FORBIDDEN
    assert Membership.objects.filter(user=owner.user).exists()


def test_the_event_names_the_member_and_who_removed_them(
    manager: Actor, member: Actor, path: str
) -> None:
    manager.send("DELETE", f"{path}/{member.user.pk}")
    event = AuditEvent.objects.get(action="member.removed")
    assert (event.actor_id, event.target_id) == (manager.user.pk, member.user.pk)
    assert event.organization_id == uuid.UUID(path.split("/")[2])


def enters_the_queue(actor: Actor) -> bool:
    body = {"username": actor.user.email, "password": PASSWORD}
    actor.client.post("/admin/login/", body)
    return bool(actor.client.get("/admin/organizations/signuprequest/").status_code == 200)


@pytest.mark.parametrize("way", ["removed", "demoted"])
def test_a_founder_who_owns_nothing_more_decides_no_sign_ups(
    way: str, organization: Organization, owner: Actor, path: str
) -> None:
    successor = make_owner(organization)
    assert enters_the_queue(owner)
    if way == "removed":
        assert successor.send("DELETE", f"{path}/{owner.user.pk}").status_code == 204
    else:
        answer = successor.send("PUT", f"{path}/{owner.user.pk}/roles", '{"role_ids": []}')
        assert answer.status_code == 200
    assert owner.client.get("/admin/organizations/signuprequest/").status_code == 302
    assert not enters_the_queue(owner)
    assert not owner.user.user_permissions.exists()


def test_who_was_made_a_superuser_stays_one(
    organization: Organization, owner: Actor, path: str
) -> None:
    User.objects.filter(pk=owner.user.pk).update(is_superuser=True)
    successor = make_owner(organization)
    successor.send("PUT", f"{path}/{owner.user.pk}/roles", '{"role_ids": []}')
    assert enters_the_queue(owner)


def test_staff_with_other_rights_stay_staff_and_decide_no_sign_ups(
    organization: Organization, owner: Actor, path: str
) -> None:
    owner.user.user_permissions.add(AdminPermission.objects.get(codename="view_user"))
    successor = make_owner(organization)
    assert enters_the_queue(owner)
    successor.send("PUT", f"{path}/{owner.user.pk}/roles", '{"role_ids": []}')
    assert not enters_the_queue(owner)
    assert owner.client.get("/admin/accounts/user/").status_code == 200


def test_an_owner_of_another_organization_takes_no_right_of_the_founder(
    organization: Organization, owner: Actor
) -> None:
    other = OrganizationFactory.create()
    add_owner(organization=other, user=owner.user)
    successor = make_owner(other)
    place = f"/organizations/{other.pk}/members/{owner.user.pk}"
    assert successor.send("DELETE", place).status_code == 204
    assert enters_the_queue(owner)
