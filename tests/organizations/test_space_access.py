"""Who may enter a space: …/access, /spaces/access-summary and …/accessible-members."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from organizations.models import MemberRole, Organization, Role, Space
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, SpaceFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NO_ACCESS = (403, "no access to this space", "no_access_to_space")
NOT_FOUND = (404, "space not found", "space_not_found")


@pytest.fixture
def space(organization: Organization) -> Space:
    made: Space = SpaceFactory.create(organization=organization, name="Launch")
    return made


@pytest.fixture
def path(space: Space) -> str:
    return f"/organizations/{space.organization_id}/spaces/{space.pk}"


@pytest.fixture
def crew(organization: Organization) -> Role:
    """A role without any permission: what it opens it opens by being listed."""
    return make_role(organization, name="Crew")


def holder(organization: Organization, *roles: Role) -> Actor:
    user = UserFactory.create()
    add_member(organization, user, *roles)
    return log_in(user)


def allow(actor: Actor, path: str, *role_ids: object) -> Answer:
    ids = ", ".join(f'"{role_id}"' for role_id in role_ids)
    return actor.send("PUT", f"{path}/access", f'{{"role_ids": [{ids}]}}')


def changes() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="space.access_changed"))


def test_a_space_has_no_allow_list_at_first(owner: Actor, path: str) -> None:
    answer = owner.get(f"{path}/access")
    assert (answer.status_code, answer.json()) == (200, {"role_ids": []})


def test_an_allow_list_is_answered_and_kept(owner: Actor, path: str, crew: Role) -> None:
    answer = allow(owner, path, crew.pk, crew.pk)
    assert (answer.status_code, answer.json()) == (200, {"role_ids": [str(crew.pk)]})
    assert owner.get(f"{path}/access").json() == answer.json()


def test_holders_of_a_listed_role_enter_and_readers_no_more(
    organization: Organization, owner: Actor, reader: Actor, path: str, crew: Role
) -> None:
    listed, unlisted = holder(organization, crew), holder(organization)
    assert refusal(listed.get(path)) == NO_ACCESS
    allow(owner, path, crew.pk)
    assert listed.get(path).status_code == 200
    assert refusal(reader.get(path)) == refusal(unlisted.get(path)) == NO_ACCESS


@pytest.mark.parametrize("permission", ["org.manage", "space.members.manage"])
def test_some_enter_whatever_the_allow_list_says(
    organization: Organization, owner: Actor, path: str, crew: Role, permission: str
) -> None:
    allow(owner, path, crew.pk)
    assert make_bot(organization, Permission(permission)).get(path).status_code == 200
    assert owner.get(path).status_code == 200


def test_the_creator_enters_whatever_the_allow_list_says(
    organization: Organization, owner: Actor, reader: Actor, crew: Role
) -> None:
    base = f"/organizations/{organization.pk}/spaces"
    path = f"{base}/{reader.post(base, {'name': 'Mine'}).json()['id']}"
    allow(owner, path, crew.pk)
    assert reader.get(path).status_code == 200


def test_an_empty_list_opens_the_space_again(
    owner: Actor, reader: Actor, path: str, crew: Role
) -> None:
    allow(owner, path, crew.pk)
    assert allow(owner, path).json() == {"role_ids": []}
    assert reader.get(path).status_code == 200


def test_deleting_the_last_listed_role_leaves_the_space_closed(
    organization: Organization, owner: Actor, reader: Actor, path: str, crew: Role
) -> None:
    allow(owner, path, crew.pk)
    owner.send("DELETE", f"/organizations/{organization.pk}/roles/{crew.pk}")
    assert refusal(reader.get(path)) == NO_ACCESS
    body = owner.get(f"{path}/accessible-members").json()
    assert (body["allowed_role_ids"], body["space_has_allowlist"]) == ([], True)
    assert [row["email"] for row in body["members"]] == ["owner@example.com"]


@pytest.mark.parametrize("content", ["{}", '{"role_ids": null}'])
def test_the_list_must_be_there(owner: Actor, path: str, content: str) -> None:
    answer = owner.send("PUT", f"{path}/access", content)
    assert refusal(answer) == (400, "role_ids required", "role_ids_required")


def test_an_unknown_role_changes_nothing(owner: Actor, path: str, crew: Role) -> None:
    allow(owner, path, crew.pk)
    foreign = make_role(OrganizationFactory.create(), Permission.BOARD_READ)
    for role_id in (foreign.pk, uuid.uuid4(), "x"):
        answer = allow(owner, path, crew.pk, role_id)
        assert refusal(answer) == (400, "unknown role", "unknown_role")
    assert owner.get(f"{path}/access").json() == {"role_ids": [str(crew.pk)]}
    assert len(changes()) == 1


def test_a_space_of_another_organization_is_not_found(
    owner: Actor, organization: Organization, crew: Role
) -> None:
    foreign = SpaceFactory.create(organization=OrganizationFactory.create())
    for space_id in (foreign.pk, uuid.uuid4()):
        path = f"/organizations/{organization.pk}/spaces/{space_id}"
        answers = [owner.get(f"{path}/{page}") for page in ("access", "accessible-members")]
        answers.append(allow(owner, path, crew.pk))
        assert [refusal(answer) for answer in answers] == [NOT_FOUND] * 3
    assert not Space.objects.get(pk=foreign.pk).has_allow_list


def test_every_other_permission_together_changes_nothing(
    organization: Organization, path: str, crew: Role
) -> None:
    bot = make_bot(organization, *(set(Permission) - {Permission.SPACE_MEMBERS_MANAGE}))
    assert refusal(bot.get(f"{path}/access")) == FORBIDDEN
    assert refusal(allow(bot, path, crew.pk)) == FORBIDDEN
    assert not Space.objects.get().has_allow_list


def test_one_event_tells_before_and_after(owner: Actor, path: str, crew: Role) -> None:
    allow(owner, path, crew.pk)
    (event,) = changes()
    assert (event.before, event.after) == ({"role_ids": []}, {"role_ids": [str(crew.pk)]})


def test_what_changes_nothing_leaves_no_event(owner: Actor, path: str, crew: Role) -> None:
    allow(owner, path)
    assert changes() == []


def test_the_list_shows_what_the_caller_may_enter(
    organization: Organization, owner: Actor, reader: Actor, path: str, crew: Role
) -> None:
    allow(owner, path, crew.pk)
    base = f"/organizations/{organization.pk}/spaces"
    opened = SpaceFactory.create(organization=organization)
    assert [row["id"] for row in reader.get(base).json()["spaces"]] == [str(opened.pk)]
    assert len(owner.get(base).json()["spaces"]) == 2


def test_the_summary_tells_of_every_space(
    owner: Actor, reader: Actor, space: Space, path: str, crew: Role
) -> None:
    allow(owner, path, crew.pk)
    opened = SpaceFactory.create(organization=space.organization)
    SpaceFactory.create(organization=OrganizationFactory.create())
    answer = reader.get(f"{path.rpartition('/')[0]}/access-summary")
    assert answer.status_code == 200
    rows = {row["project_id"]: row["can_access"] for row in answer.json()["projects"]}
    assert rows == {str(space.pk): False, str(opened.pk): True}


def test_the_summary_agrees_with_each_space(
    organization: Organization, owner: Actor, crew: Role
) -> None:
    base = f"/organizations/{organization.pk}/spaces"
    board = make_role(organization, Permission.BOARD_READ, Permission.SPACE_CREATE, name="Board")
    caller = holder(organization, board, crew)
    caller.post(base, {"name": "Mine"})
    other = make_role(organization, name="Other")
    for role in (None, crew, other, board):
        made = SpaceFactory.create(organization=organization)
        assert role is None or allow(owner, f"{base}/{made.pk}", role.pk).status_code == 200
    rows = caller.get(f"{base}/access-summary").json()["projects"]
    got = {row["project_id"]: caller.get(f"{base}/{row['project_id']}") for row in rows}
    assert {row["project_id"]: row["can_access"] for row in rows} == {
        space_id: answer.status_code == 200 for space_id, answer in got.items()
    }
    assert [row["can_access"] for row in rows].count(False) == 1


def test_the_members_who_may_enter_are_listed_by_email(
    organization: Organization, owner: Actor, member: Actor, reader: Actor, path: str
) -> None:
    body = reader.get(f"{path}/accessible-members").json()
    assert body.keys() == {"members", "allowed_role_ids", "space_has_allowlist"}
    assert (body["allowed_role_ids"], body["space_has_allowlist"]) == ([], False)
    emails = [row["email"] for row in body["members"]]
    assert emails == sorted(["owner@example.com", reader.user.email])
    all_rows = reader.get(f"/organizations/{organization.pk}/members").json()["members"]
    assert [row for row in all_rows if row["email"] in emails] == body["members"]


def test_an_allow_list_changes_who_may_enter(
    organization: Organization, owner: Actor, reader: Actor, path: str, crew: Role
) -> None:
    listed = holder(organization, crew, make_role(organization, name="Second"))
    allow(owner, path, crew.pk)
    body = listed.get(f"{path}/accessible-members").json()
    assert (body["allowed_role_ids"], body["space_has_allowlist"]) == ([str(crew.pk)], True)
    emails = {row["email"] for row in body["members"]}
    assert emails == {"owner@example.com", listed.user.email}


def test_who_may_not_enter_sees_nobody(
    organization: Organization, owner: Actor, reader: Actor, path: str, crew: Role
) -> None:
    allow(owner, path, crew.pk)
    assert refusal(reader.get(f"{path}/accessible-members")) == NO_ACCESS


@pytest.mark.parametrize("page", ["access-summary", ""])
def test_summary_and_list_need_board_read(
    organization: Organization, member: Actor, page: str
) -> None:
    path = f"/organizations/{organization.pk}/spaces/{page}".rstrip("/")
    assert refusal(member.get(path)) == FORBIDDEN


def count_queries(actor: Actor, path: str) -> int:
    actor.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert actor.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("count", [1, 50])
def test_a_summary_of_any_length_costs_three_queries(
    organization: Organization, owner: Actor, reader: Actor, crew: Role, count: int
) -> None:
    base = f"/organizations/{organization.pk}/spaces"
    for made in SpaceFactory.create_batch(count, organization=organization):
        allow(owner, f"{base}/{made.pk}", crew.pk)
    assert count_queries(reader, f"{base}/access-summary") == 3


def test_accessible_members_cost_the_same_for_one_and_for_fifty(
    organization: Organization, owner: Actor, path: str, crew: Role
) -> None:
    page = f"{path}/accessible-members"
    allow(owner, path, crew.pk)
    before = count_queries(owner, page)
    roles = [make_role(organization, name=str(number)) for number in range(50)]
    allow(owner, path, *(role.pk for role in roles))
    for role in roles:
        add_member(organization, UserFactory.create(), role)
    assert count_queries(owner, page) == before
    assert len(owner.get(page).json()["members"]) == 51
    assert MemberRole.objects.count() == 51
