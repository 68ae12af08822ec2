"""The instance's first owner looks after the service accounts of their organizations, in the admin
as in the API, and of no others."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission as StaffPermission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from organizations.models import MemberRole, Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.test_admin_pages import act, rows_on, said
from tests.conftest import Actor, make_bot, make_client
from tests.factories import OrganizationFactory, add_member, make_role
from tests.service_accounts.test_admin_pages import revoke
from tests.service_accounts.test_tokens_in_admin import (
    ACCOUNTS,
    READ,
    TOKENS,
    account_of,
    confirm,
    issue_page,
    shown,
    token_of,
)

pytestmark = pytest.mark.django_db

OWN, HOME = "manage_own_serviceaccount", "/admin/"


@pytest.fixture
def desk(owner: Actor) -> Client:
    """The browser of the first owner, as the instance was set up."""
    browser = make_client()
    browser.force_login(owner.user)
    return browser


@pytest.fixture
def far(organization: Organization) -> Actor:
    """A bot of an organization that the owner has nothing to do with."""
    return make_bot(OrganizationFactory.create(name="Faraway"), name="Foreign bot")


@pytest.fixture(params=["foreign", "without a role", "who may not manage members"])
def out_of_reach(request: pytest.FixtureRequest, far: Actor, owner: Actor) -> Actor:
    """A bot of an organization whose members the owner does not manage, though they may belong."""
    home = account_of(far).organization
    if request.param != "foreign":
        roles = [make_role(home, READ, Permission.ORG_MANAGE)] if "may" in request.param else []
        add_member(home, owner.user, *roles)
    return far


def pages_of(bot: Actor) -> list[str]:
    """All that look at, or change, an account and its token."""
    account, token = f"{ACCOUNTS}{account_of(bot).pk}", f"{TOKENS}{token_of(bot).pk}"
    of_account = [f"{account}/{word}/" for word in ("issue", "disable", "enable")]
    return [*of_account, *(f"{token}/{word}/" for word in ("rotate", "revoke"))]


def give(user: User, *codenames: str) -> None:
    user.user_permissions.add(*StaffPermission.objects.filter(codename__in=codenames))


def test_an_owner_adds_an_account_and_looks_after_its_tokens(desk: Client) -> None:
    made = Actor(shown(confirm(desk, f"{ACCOUNTS}add/", name="Release bot")))
    account = ServiceAccount.objects.get()
    second = Actor(shown(confirm(desk, f"{ACCOUNTS}{account.pk}/issue/")))
    token = ServiceAccountToken.objects.get(hint=f"sa_…{made.token[-4:]}")
    third = Actor(shown(confirm(desk, f"{TOKENS}{token.pk}/rotate/", overlap="0")))
    assert [a.get("/me").status_code for a in (made, second, third)] == [401, 200, 200]
    latest = ServiceAccountToken.objects.get(hint=f"sa_…{third.token[-4:]}")
    desk.post(f"{TOKENS}{latest.pk}/revoke/")
    assert [a.get("/me").status_code for a in (second, third)] == [200, 401]
    desk.post(f"{ACCOUNTS}{account.pk}/disable/")
    assert second.get("/me").status_code == 401


def test_an_owner_is_offered_what_they_may_do(desk: Client, bot: Actor) -> None:
    account, token = account_of(bot), token_of(bot)
    for page in (f"{ACCOUNTS}{account.pk}/change/", f"{TOKENS}{token.pk}/change/"):
        text = desk.get(page).content.decode()
        assert [way in text for way in (f"{token.pk}/rotate/", f"{token.pk}/revoke/")] == [
            True,
            True,
        ]
    assert f"{ACCOUNTS}add/" in desk.get(ACCOUNTS).content.decode()
    assert desk.get(HOME).context["cards"][-1].title == "Service account tokens"


def test_lists_cards_and_filters_show_nothing_out_of_reach(
    desk: Client, bot: Actor, out_of_reach: Actor
) -> None:
    ServiceAccountToken.objects.update(expires_at=timezone.now() + dt.timedelta(days=3))
    for page in (ACCOUNTS, TOKENS, f"{TOKENS}?state=expiring", f"{ACCOUNTS}?q=bot"):
        answer = desk.get(page)
        assert rows_on(answer) == 1
        assert "Foreign" not in answer.content.decode()
        assert "Faraway" not in answer.content.decode()
    assert desk.get(HOME).context["cards"][-1].figure == "1"
    home, account = account_of(out_of_reach).organization, account_of(out_of_reach)
    for page in (
        f"{ACCOUNTS}?organization__id__exact={home.pk}",
        f"{TOKENS}?service_account={account.pk}",
    ):
        text = desk.get(page).content.decode()
        assert "Foreign" not in text
        assert "Faraway" not in text


def test_every_page_out_of_reach_is_as_if_it_were_not_there(
    desk: Client, out_of_reach: Actor
) -> None:
    for page in pages_of(out_of_reach):
        said_there = {"once": "x", "overlap": "0", "expires_in": ""}
        assert [desk.get(page).status_code, desk.post(page, said_there).status_code] == [404, 404]
    for page in (
        f"{ACCOUNTS}{account_of(out_of_reach).pk}",
        f"{TOKENS}{token_of(out_of_reach).pk}",
    ):
        answer = desk.get(f"{page}/change/")
        assert (answer.status_code, answer["Location"]) == (302, HOME)
        assert desk.get(f"{page}/history/").status_code in {302, 404}
    assert ServiceAccountToken.objects.count() == 1
    assert out_of_reach.get("/me").status_code == 200


def test_what_is_ticked_out_of_reach_stays_as_it_is(desk: Client, out_of_reach: Actor) -> None:
    act(desk, ACCOUNTS, "disable_selected", account_of(out_of_reach))
    revoke(desk, TOKENS, token_of(out_of_reach))
    assert out_of_reach.get("/me").status_code == 200


def test_an_account_is_not_added_out_of_reach(desk: Client, out_of_reach: Actor) -> None:
    foreign = account_of(out_of_reach).organization
    page = f"{ACCOUNTS}add/?organization={foreign.pk}"
    assert "Faraway" not in desk.get(page).content.decode()
    confirm(desk, page, name="Mine")  # lands where the owner may
    assert ServiceAccount.objects.filter(organization=foreign).count() == 1


def test_the_page_of_an_account_makes_no_other_account(desk: Client, bot: Actor) -> None:
    page = f"{ACCOUNTS}{account_of(bot).pk}/change/"
    assert desk.post(page, {"_saveasnew": "1", "name": "Mine"}).status_code == 403
    assert ServiceAccount.objects.count() == 1


def test_who_may_look_everywhere_changes_nothing_out_of_reach(
    desk: Client, owner: Actor, bot: Actor, out_of_reach: Actor
) -> None:
    give(owner.user, "view_serviceaccount", "view_serviceaccounttoken")
    assert [rows_on(desk.get(page)) for page in (ACCOUNTS, TOKENS)] == [2, 2]
    for page in (
        f"{ACCOUNTS}{account_of(out_of_reach).pk}/change/",
        f"{TOKENS}{token_of(out_of_reach).pk}/change/",
    ):
        text = desk.get(page).content.decode()
        assert [page for page in pages_of(out_of_reach) if page in text] == []
    assert {desk.post(page).status_code for page in pages_of(out_of_reach)} == {404}
    act(desk, ACCOUNTS, "disable_selected", account_of(bot), account_of(out_of_reach))
    assert [a.get("/me").status_code for a in (bot, out_of_reach)] == [401, 200]
    revoke(desk, TOKENS, token_of(out_of_reach))
    assert out_of_reach.get("/me").status_code == 200


def test_a_right_that_a_role_gave_ends_with_the_role(
    desk: Client, owner: Actor, bot: Actor
) -> None:
    """Where the right of the admin was left, too: staff who own nothing more see nothing."""
    MemberRole.objects.filter(membership__user=owner.user).delete()
    assert [rows_on(desk.get(page)) for page in (ACCOUNTS, TOKENS)] == [0, 0]
    assert {desk.get(page).status_code for page in pages_of(bot)} == {404}
    assert desk.get(HOME).context["cards"][-1].figure == ""
    assert "no organization that you could add it to" in (
        desk.get(f"{ACCOUNTS}add/").content.decode()
    )


def test_a_manager_of_members_who_gets_the_right_takes_no_token_that_may_do_more(
    organization: Organization, member: Actor
) -> None:
    managers = make_role(organization, Permission.ORG_MEMBERS_MANAGE, READ, name="Managers")
    MemberRole.objects.create(membership=member.user.memberships.get(), role=managers)
    User.objects.filter(pk=member.user.pk).update(is_staff=True)
    give(member.user, OWN)
    browser = make_client()
    browser.force_login(member.user)
    equal = make_bot(organization, READ, name="Equal")
    strong = make_bot(organization, Permission.ORG_MANAGE, name="Strong")
    assert shown(confirm(browser, issue_page(equal)))
    answer = browser.post(issue_page(strong), {"once": "x"})
    assert (answer.status_code, "may do more than you" in answer.content.decode()) == (403, True)


def test_staff_without_the_right_see_nothing(owner: Actor, desk: Client, bot: Actor) -> None:
    owner.user.user_permissions.remove(StaffPermission.objects.get(codename=OWN))
    pages = [ACCOUNTS, TOKENS, f"{ACCOUNTS}add/", *pages_of(bot)]
    assert {desk.get(page).status_code for page in pages} == {403}
    assert said(desk.get(HOME)) == []
