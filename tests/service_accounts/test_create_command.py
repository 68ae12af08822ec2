"""manage.py create_service_account."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from accounts.models import User
from organizations.models import MemberRole, Membership, Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.commands import Ran, run
from tests.conftest import Actor
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> Ran:
    return run("create_service_account", *arguments)


def nothing_was_made() -> bool:
    services = User.objects.filter(kind="service")
    return not (ServiceAccount.objects.exists() or services.exists())


def test_the_token_is_alone_on_stdout_and_works(organization: Organization) -> None:
    ran = create("Builder")
    assert ran.status == 0
    assert re.fullmatch(r"sa_[0-9A-Za-z]{36}\n", ran.out)
    assert ran.err == "created Builder; the token is shown this once\n"
    assert Actor(ran.out.strip()).get("/me").json()["display_name"] == "Builder"


def test_the_token_is_not_on_stderr(organization: Organization) -> None:
    ran = create("Builder", "--json")
    assert ran.data["token"] not in ran.err


def test_json_has_a_stable_shape(organization: Organization) -> None:
    data = create("Builder", "--json").data
    assert data.keys() == {
        "id",
        "name",
        "organization",
        "token",
        "hint",
        "expires_at",
        "created",
    }
    account = ServiceAccount.objects.get()
    assert (data["id"], data["name"], data["organization"]) == (str(account.pk), "Builder", "acme")
    assert data["hint"] == f"sa_…{data['token'][-4:]}"
    assert (data["expires_at"], data["created"]) == (None, True)


def test_it_acts_in_the_name_of_the_oldest_owner(owner: Actor, organization: Organization) -> None:
    second = UserFactory.create(email="aaa@example.com")
    add_member(organization, second, organization.roles.get(is_system=True))
    create("Builder")
    assert ServiceAccount.objects.get().created_by == owner.user


def test_roles_are_named_without_regard_to_case(organization: Organization) -> None:
    make_role(organization, Permission.BOARD_READ, name="Reader")
    make_role(organization, Permission.SPACE_CREATE, name="Space Maker")
    token = create("Builder", "--role", "READER", "--role", " space maker ").out.strip()
    path = f"/organizations/{organization.pk}/spaces"
    assert Actor(token).post(path, {"name": "Launch"}).status_code == 201
    assert MemberRole.objects.filter(membership__user__kind="service").count() == 2


@pytest.mark.parametrize("roles", [("Nobody",), ("Reader", "Nobody"), ("",)])
def test_an_unknown_role_is_refused(organization: Organization, roles: tuple[str, ...]) -> None:
    make_role(organization, Permission.BOARD_READ, name="Reader")
    ran = create("Builder", *(part for role in roles for part in ("--role", role)))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"unknown role: {roles[-1]}\n"
    assert nothing_was_made()


def test_a_role_of_another_organization_is_unknown(organization: Organization) -> None:
    make_role(OrganizationFactory.create(), Permission.BOARD_READ, name="Reader")
    assert create("Builder", "--organization", "acme", "--role", "Reader").status == 1
    assert nothing_was_made()


@pytest.mark.parametrize("role", ["Owner", "owner"])
def test_a_service_account_is_no_owner(organization: Organization, role: str) -> None:
    ran = create("Builder", "--role", role)
    expected = "service accounts cannot be owners\n"
    assert (ran.status, ran.out, ran.err) == (1, "", expected)
    assert nothing_was_made()


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90d", dt.timedelta(days=90)),
        ("24h", dt.timedelta(hours=24)),
        ("30m", dt.timedelta(minutes=30)),
    ],
)
def test_an_expiry_is_a_time_span(
    organization: Organization, text: str, span: dt.timedelta
) -> None:
    before = timezone.now()
    data = create("Builder", "--expires-in", text, "--json").data
    moment = dt.datetime.fromisoformat(data["expires_at"])
    assert before + span <= moment <= timezone.now() + span
    assert data["expires_at"].endswith("Z")
    assert ServiceAccountToken.objects.get().expires_at == moment


@pytest.mark.parametrize("name", ["Builder", "BUILDER", " builder "])
def test_a_name_is_taken_without_regard_to_case(organization: Organization, name: str) -> None:
    create("Builder")
    ran = create(name)
    assert (ran.status, ran.out, ran.err) == (1, "", "service account name taken\n")
    assert ServiceAccount.objects.count() == ServiceAccountToken.objects.count() == 1


def test_if_missing_makes_what_is_missing(organization: Organization) -> None:
    ran = create("Builder", "--if-missing", "--json")
    assert (ran.status, ran.data["created"]) == (0, True)


def test_if_missing_prints_no_token_of_an_existing_one(organization: Organization) -> None:
    create("Builder")
    ran = create("builder", "--if-missing")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "Builder exists; nothing was changed\n"
    assert ServiceAccountToken.objects.count() == 1


def test_if_missing_tells_about_an_existing_one_in_json(organization: Organization) -> None:
    first = create("Builder", "--json").data
    again = create("Builder", "--if-missing", "--json").data
    assert again == {**first, "token": None, "created": False}


def test_if_missing_of_one_without_a_usable_token(organization: Organization) -> None:
    create("Builder")
    ServiceAccountToken.objects.update(revoked_at=timezone.now())
    data = create("Builder", "--if-missing", "--json").data
    assert (data["token"], data["hint"], data["created"]) == (None, None, False)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x1bb", "a\udcffb"])
def test_a_name_is_one_line_of_text(organization: Organization, name: str) -> None:
    ran = create(name)
    assert (ran.status, ran.out) == (2, "")
    assert nothing_was_made()


@pytest.mark.parametrize("option", ["--role", "--organization"])
def test_an_argument_that_is_no_text_is_refused(organization: Organization, option: str) -> None:
    """An argument that is not UTF-8 reaches a command with lone surrogates."""
    assert create("Builder", option, "a\udcffb").status in {1, 2}
    assert nothing_was_made()


def test_before_the_first_account_there_is_no_home(db: None) -> None:
    ran = create("Builder")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "no organization exists yet: register the first account\n"


def test_among_several_organizations_one_is_named(organization: Organization) -> None:
    OrganizationFactory.create(slug="second")
    ran = create("Builder")
    assert (ran.status, ran.out) == (1, "")
    assert "--organization SLUG" in ran.err
    assert nothing_was_made()
    assert create("Builder", "--organization", "second").status == 0
    assert Membership.objects.get(user__kind="service").organization.slug == "second"


def test_an_organization_that_is_unknown_is_refused(organization: Organization) -> None:
    ran = create("Builder", "--organization", "nowhere")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "no organization has the slug nowhere\n"
    assert nothing_was_made()
