"""Service accounts that staff add in the admin."""

import pytest
from django.test import Client

from accounts.models import User
from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount
from tests.conftest import Actor
from tests.factories import OrganizationFactory, add_member, make_role
from tests.service_accounts.test_tokens_in_admin import (
    ACCOUNTS,
    MINTER,
    READ,
    confirm,
    minter,
    shown,
    staff_of,
)

pytestmark = pytest.mark.django_db

__all__ = ["minter"]

ADD = f"{ACCOUNTS}add/"


def test_an_account_is_made_with_roles_and_lets_itself_in(
    minter: Client, organization: Organization
) -> None:
    role = make_role(organization, READ, name="Reader")
    bot = Actor(shown(confirm(minter, ADD, name=" Release bot ", roles=[str(role.pk)])))
    account = ServiceAccount.objects.get(name="Release bot")
    assert str(account.created_by_id) == minter.session["_auth_user_id"]
    held = bot.get(f"/organizations/{organization.pk}/me/permissions").json()
    assert held == {"permissions": ["board.read"]}


def test_roles_that_the_maker_does_not_hold_are_neither_offered_nor_given(
    minter: Client, organization: Organization
) -> None:
    strong = make_role(organization, READ, Permission.ORG_MANAGE, name="Strong")
    owner = organization.roles.get(is_system=True)
    foreign = make_role(OrganizationFactory.create(), READ, name="Foreign")
    for role in (strong, owner, foreign):
        assert str(role.pk) not in minter.get(ADD).content.decode()
        answer = confirm(minter, ADD, name="Bot", roles=[str(role.pk)])
        assert b"what is marked" in answer.content
    assert not ServiceAccount.objects.exists()


def test_a_role_is_offered_however_many_come_before_it_that_are_not(
    minter: Client, organization: Organization
) -> None:
    for number in range(60):
        make_role(organization, READ, Permission.ORG_MANAGE, name=f"Above {number}")
    role = make_role(organization, READ, name="Within")
    assert shown(confirm(minter, ADD, name="Bot", roles=[str(role.pk)]))


def test_a_form_that_is_sent_again_makes_no_second_account(minter: Client) -> None:
    said = {"once": minter.get(ADD).context["once"], "name": "Bot", "expires_in": ""}
    assert shown(minter.post(ADD, said))
    ServiceAccount.objects.update(name="Renamed", name_key="renamed")
    assert minter.post(ADD, said).status_code == 409
    assert ServiceAccount.objects.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\nb", "\u202eb"])
def test_a_bad_name_makes_no_account(minter: Client, name: str) -> None:
    assert b"what is marked" in confirm(minter, ADD, name=name).content
    assert not ServiceAccount.objects.exists()


def test_a_name_that_is_taken_is_told_as_such(minter: Client, bot: Actor) -> None:
    assert "has this name already" in confirm(minter, ADD, name="BOT").content.decode()
    assert ServiceAccount.objects.count() == 1


def test_of_several_organizations_one_is_chosen_first(organization: Organization) -> None:
    staff = staff_of(organization, *MINTER)
    other, foreign = OrganizationFactory.create_batch(2)
    user_id = staff.session["_auth_user_id"]
    add_member(other, User.objects.get(pk=user_id))
    page = staff.get(ADD).content.decode()
    assert [f"?organization={home.pk}" in page for home in (organization, other, foreign)] == [
        True,
        True,
        False,
    ]
    shown(confirm(staff, f"{ADD}?organization={other.pk}", name="Bot"))
    assert ServiceAccount.objects.get().organization == other
    assert staff.post(f"{ADD}?organization={foreign.pk}", {"name": "B"}).status_code == 200
    assert ServiceAccount.objects.count() == 1
