"""Who holds a role, on its page in the admin."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from organizations.models import Organization, Role
from tests.accounts.test_admin_pages import USERS, browser_of_staff, queries_of
from tests.conftest import Actor
from tests.factories import UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

ROLES = "/admin/organizations/role/"


def address_of(role: Role) -> str:
    return f"{ROLES}{role.pk}/change/"


def page_of(browser: Client, role: Role) -> str:
    return " ".join(browser.get(address_of(role)).content.decode().split())


@pytest.fixture
def helper(organization: Organization, member: Actor) -> Role:
    """A role that one member holds."""
    role = make_role(organization)
    member.user.memberships.get().roles.add(role)
    return role


def add_holders(role: Role, number: int) -> None:
    for user in UserFactory.create_batch(number):
        add_member(role.organization, user, role)


def test_the_page_names_who_holds_the_role(helper: Role, member: Actor, owner: Actor) -> None:
    clerk = browser_of_staff("view_role", "view_user")
    page = page_of(clerk, helper)
    link = f"{USERS}{member.user.pk}/change/"
    assert f'<a href="{link}">member@example.com</a>' in page
    assert clerk.get(link).status_code == 200
    assert "owner@example.com" not in page
    assert "(disabled)" not in page
    assert " more</li>" not in page


def test_of_a_holder_who_is_disabled_it_says_so(helper: Role, member: Actor) -> None:
    User.objects.filter(pk=member.user.pk).update(is_active=False)
    page = page_of(browser_of_staff("view_role", "view_user"), helper)
    assert "member@example.com</a> (disabled)</li>" in page


def test_of_many_holders_it_names_twenty_and_counts_the_rest(helper: Role) -> None:
    add_holders(helper, 24)
    page = page_of(browser_of_staff("view_role", "view_user"), helper)
    assert page.count(f'<li><a href="{USERS}') == 20
    assert "and 5 more" in page


def test_a_role_that_nobody_holds_says_so(organization: Organization) -> None:
    page = page_of(browser_of_staff("view_role", "view_user"), make_role(organization))
    assert ">nobody</div>" in page


def test_who_may_not_see_users_sees_how_many_hold_it(helper: Role) -> None:
    page = page_of(browser_of_staff("view_role"), helper)
    assert '<label>Holders:</label> <div class="readonly">1</div>' in page
    assert "member@example.com" not in page


def test_many_holders_take_no_more_queries_and_are_not_all_read(helper: Role) -> None:
    clerk = browser_of_staff("view_role", "view_user")
    clerk.get(address_of(helper))
    few = queries_of(clerk, address_of(helper))
    add_holders(helper, 24)
    with CaptureQueriesContext(connection) as captured:
        clerk.get(address_of(helper))
    asked = [query["sql"] for query in captured if "memberrole" in query["sql"]]
    assert len(captured) == few
    assert all("LIMIT" in sql for sql in asked)
