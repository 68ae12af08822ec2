"""GET /organizations/{org}, and the order of checks below it."""

import uuid

import pytest

from organizations.models import MemberRole, Membership, Organization
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

NOT_A_MEMBER = (403, "not a member of this organization", "not_a_member")
PAGES = ["", "/features", "/spaces", "/service-accounts"]
MALFORMED = [
    *("1", "-1", "1.5", "true", "null", "x", "9223372036854775808", "1" + "0" * 30),
    "00000000-0000-7000-8000-00000000000",
    "00000000-0000-7000-8000-0000000000000",
    "00000000-0000-7000-8000-00000000000g",
    "000000000000700080000000000000000",
    "{00000000-0000-7000-8000-000000000000}",
    "%00",
    "%ff",
    "..",
    "*",
]


@pytest.fixture(params=["access token", "service account token"])
def caller(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A member of the organization, with either kind of credential."""
    if request.param == "access token":
        actor: Actor = request.getfixturevalue("member")
        return actor
    return make_bot(organization)


def seen(answer: Answer) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.items())


def test_a_member_without_roles_reads_it(caller: Actor, organization: Organization) -> None:
    answer = caller.get(f"/organizations/{organization.pk}")
    assert answer.status_code == 200
    assert answer.json() == caller.get("/organizations").json()["organizations"][0]


def test_the_public_url_is_shown(caller: Actor, organization: Organization) -> None:
    Organization.objects.update(intended_public_url="https://work.example.org")
    answer = caller.get(f"/organizations/{organization.pk}")
    assert answer.json()["intended_public_url"] == "https://work.example.org"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_a_foreign_organization_looks_like_one_that_does_not_exist(
    caller: Actor, page: str, method: str
) -> None:
    foreign = OrganizationFactory.create()
    ids = (foreign.pk, uuid.uuid4(), uuid.UUID(int=0))
    answers = [
        caller.send(method, f"/organizations/{pk}{page}", "{}", x_request_id="the-same-for-all")
        for pk in ids
    ]
    assert refusal(answers[0]) == NOT_A_MEMBER
    assert [seen(answer) for answer in answers] == [seen(answers[0])] * 3


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["outsider", "pending"])
def test_one_who_is_no_member_is_refused(
    request: pytest.FixtureRequest, organization: Organization, who: str, page: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    answer = actor.get(f"/organizations/{organization.pk}{page}")
    assert refusal(answer) == NOT_A_MEMBER


@pytest.mark.parametrize("page", PAGES)
def test_a_superuser_is_no_member(organization: Organization, page: str) -> None:
    root = log_in(UserFactory.create(is_staff=True, is_superuser=True))
    assert refusal(root.get(f"/organizations/{organization.pk}{page}")) == NOT_A_MEMBER


@pytest.mark.parametrize("page", PAGES)
def test_a_credential_comes_first(anonymous: Actor, organization: Organization, page: str) -> None:
    for pk in (organization.pk, uuid.uuid4()):
        answer = anonymous.send("POST", f"/organizations/{pk}{page}", "{")
        assert refusal(answer) == (401, "unauthorized", "unauthorized")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("malformed", MALFORMED)
def test_a_malformed_id_is_not_found_before_anything_else(
    anonymous: Actor, page: str, malformed: str
) -> None:
    answer = anonymous.send("POST", f"/organizations/{malformed}{page}", "{")
    assert refusal(answer) == (404, "not found", "not_found")


def test_an_id_in_upper_case_is_malformed(owner: Actor, organization: Organization) -> None:
    answer = owner.get(f"/organizations/{str(organization.pk).upper()}")
    assert refusal(answer) == (404, "not found", "not_found")


@pytest.mark.parametrize("page", PAGES)
def test_a_membership_that_ended_counts_no_more(
    owner: Actor, organization: Organization, page: str
) -> None:
    path = f"/organizations/{organization.pk}{page}"
    assert owner.get(path).status_code == 200
    Membership.objects.filter(user=owner.user).delete()
    assert refusal(owner.get(path)) == NOT_A_MEMBER


def test_a_role_that_was_taken_away_counts_no_more(
    owner: Actor, organization: Organization
) -> None:
    path = f"/organizations/{organization.pk}/features"
    assert owner.patch(path, {}).status_code == 200
    MemberRole.objects.filter(membership__user=owner.user).delete()
    assert refusal(owner.patch(path, {})) == (403, "forbidden", "forbidden")
    assert owner.get(path).status_code == 200


def test_a_role_of_another_organization_gives_nothing_here(
    organization: Organization, member: Actor
) -> None:
    other = OrganizationFactory.create()
    add_member(other, member.user, make_role(other, *Permission))
    answer = member.patch(f"/organizations/{organization.pk}/features", {})
    assert refusal(answer) == (403, "forbidden", "forbidden")


def test_a_permission_code_that_is_unknown_grants_nothing(
    organization: Organization, member: Actor
) -> None:
    role = make_role(organization)
    role.permissions = ["everything", "org.manage ", "*", "ORG.MANAGE"]
    role.save()
    MemberRole.objects.create(membership=Membership.objects.get(user=member.user), role=role)
    answer = member.patch(f"/organizations/{organization.pk}/features", {})
    assert refusal(answer) == (403, "forbidden", "forbidden")


def test_permissions_of_several_roles_add_up(organization: Organization) -> None:
    user = UserFactory.create()
    roles = [
        make_role(organization, Permission.ORG_MANAGE, name="Manager"),
        make_role(organization, Permission.BOARD_READ, name="Reader"),
    ]
    add_member(organization, user, *roles)
    actor = log_in(user)
    assert actor.patch(f"/organizations/{organization.pk}/features", {}).status_code == 200
    assert actor.get(f"/organizations/{organization.pk}/spaces").status_code == 200


def test_head_answers_as_get_without_a_body(caller: Actor, organization: Organization) -> None:
    answer = caller.send("HEAD", f"/organizations/{organization.pk}")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_head_needs_the_permission_of_get(
    caller: Actor, organization: Organization, method: str
) -> None:
    answer = caller.send(method, f"/organizations/{organization.pk}/spaces")
    assert answer.status_code == 403
