"""Every call below an organization, for everybody: one permission opens it, and nothing else does.

The table is the contract's, written down here apart from the code; the cells are made from it.
"""

import uuid

import pytest

from organizations.models import Organization
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

# method, page, the permission that it needs (None: membership alone), whether people only
CALLS: list[tuple[str, str, Permission | None, bool]] = [
    ("GET", "", None, False),
    ("GET", "/features", None, False),
    ("PATCH", "/features", Permission.ORG_MANAGE, False),
    ("GET", "/spaces", Permission.BOARD_READ, False),
    ("POST", "/spaces", Permission.SPACE_CREATE, False),
    ("GET", "/service-accounts", Permission.ORG_MEMBERS_MANAGE, True),
    ("POST", "/service-accounts", Permission.ORG_MEMBERS_MANAGE, True),
]
Call = tuple[str, str, Permission | None, bool]


def ask(actor: Actor, organization_id: object, call: Call) -> int:
    method, page, _, _ = call
    answer = actor.send(method, f"/organizations/{organization_id}{page}", '{"name": "Launch"}')
    return int(answer.status_code)


def make_person(organization: Organization, *permissions: Permission) -> Actor:
    user = UserFactory.create()
    add_member(organization, user, make_role(organization, *permissions, name=str(user.pk)))
    return log_in(user)


@pytest.fixture(params=CALLS, ids=lambda call: f"{call[0]} {call[1] or '/'}")
def call(request: pytest.FixtureRequest) -> Call:
    found: Call = request.param
    return found


@pytest.mark.parametrize("kind", ["person", "service account"])
@pytest.mark.parametrize("permission", Permission)
def test_one_permission_opens_what_needs_it(
    organization: Organization, call: Call, permission: Permission, kind: str
) -> None:
    _, _, needed, is_for_people = call
    actor = (make_person if kind == "person" else make_bot)(organization, permission)
    is_refused = needed not in {None, permission} or (is_for_people and kind != "person")
    assert (ask(actor, organization.pk, call) == 403) is is_refused


@pytest.mark.parametrize("kind", ["person", "service account"])
def test_all_permissions_open_everything_of_ones_own_and_nothing_foreign(
    organization: Organization, call: Call, kind: str
) -> None:
    actor = (make_person if kind == "person" else make_bot)(organization, *Permission)
    is_refused = call[3] and kind != "person"
    assert (ask(actor, organization.pk, call) == 403) is is_refused
    foreign = OrganizationFactory.create()
    assert [ask(actor, pk, call) for pk in (foreign.pk, uuid.uuid4())] == [403, 403]


@pytest.mark.parametrize("who", ["outsider", "pending"])
def test_who_is_no_member_gets_nowhere(
    request: pytest.FixtureRequest, organization: Organization, call: Call, who: str
) -> None:
    assert ask(request.getfixturevalue(who), organization.pk, call) == 403


def test_who_has_no_credential_is_asked_for_one(
    anonymous: Actor, organization: Organization, call: Call
) -> None:
    ids = (organization.pk, uuid.uuid4())
    assert [ask(anonymous, pk, call) for pk in ids] == [401, 401]
