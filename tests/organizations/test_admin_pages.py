"""The admin's pages of organizations and what is in them, with a thousand rows of each."""

import datetime as dt
from collections.abc import Iterator
from itertools import cycle

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEvent, User
from accounts.tokens import digest
from organizations.models import Invite, Membership, Organization, Role, SignupRequest
from tests.accounts.test_admin_pages import (
    FEW,
    LAST_PAGE,
    MANY,
    Counts,
    act,
    ask,
    browser_of_staff,
    crowd,
    make_users,
    queries_of,
    rows_on,
    said,
)
from tests.conftest import Actor
from tests.factories import InviteFactory

pytestmark = pytest.mark.django_db

ORGANIZATIONS = "/admin/organizations/organization/"
ROLES = "/admin/organizations/role/"
INVITES = "/admin/organizations/invite/"
QUEUE = "/admin/organizations/signuprequest/"
ORGANIZATION_PAGES = [ORGANIZATIONS, f"{ORGANIZATIONS}?q=tenant7", f"{ORGANIZATIONS}?o=3"]
PAGES = [
    *(ROLES, f"{ROLES}?q=role+7", f"{ROLES}?is_system__exact=1", f"{ROLES}?o=3"),
    *(INVITES, f"{INVITES}?q=crowd7", f"{INVITES}?state=usable", f"{INVITES}?state=accepted"),
    *(f"{INVITES}?state=revoked", f"{INVITES}?state=expired", f"{INVITES}?o=1"),
    *(QUEUE, f"{QUEUE}?status=denied", f"{QUEUE}?status=all", f"{QUEUE}?q=crowd7"),
]

OWNERS = 5


def make_role(number: int, organization: Organization) -> Role:
    """A role for reading; the first ones are Owners."""
    is_system = number < OWNERS
    name = "Owner" if is_system else f"Role {number}"
    codes = [] if is_system else ["board.read", "space.create"]
    return Role(
        organization=organization,
        name=name,
        name_key=name.casefold(),
        is_system=is_system,
        permissions=codes,
    )


def make_invite(number: int, organization: Organization, user: User, now: dt.datetime) -> Invite:
    """One quarter each is usable, accepted, revoked and expired."""
    return Invite(
        organization=organization,
        email=f"guest{number}@example.com",
        email_key=f"guest{number}@example.com",
        digest=digest(f"invite {number}"),
        created_by=user,
        expires_at=now + dt.timedelta(days=-1 if number % 4 == 3 else 7),
        accepted_at=now if number % 4 == 1 else None,
        accepted_by=user if number % 4 == 1 else None,
        revoked_at=now if number % 4 == 2 else None,
    )


def make_request(
    number: int, organization: Organization, user: User, now: dt.datetime
) -> SignupRequest:
    """Every other one was denied."""
    is_denied = number % 2 == 0
    return SignupRequest(
        organization=organization,
        user=user,
        status="denied" if is_denied else "pending",
        resolved_at=now if is_denied else None,
        resolved_by=user if is_denied else None,
    )


def add_organizations(first: int, end: int) -> None:
    Organization.objects.bulk_create(
        Organization(name=f"Tenant{number}", slug=f"tenant{number}") for number in range(first, end)
    )


def add_rows(first: int, end: int) -> None:
    """In few organizations: as many as there are rows at first."""
    if not Organization.objects.exists():
        add_organizations(first, end)
    now, users = timezone.now(), make_users(first, end)
    organizations = cycle(Organization.objects.order_by("pk"))
    rows = list(zip(range(first, end), organizations, users, strict=False))
    Role.objects.bulk_create(make_role(number, organization) for number, organization, _ in rows)
    Invite.objects.bulk_create(make_invite(*row, now) for row in rows)
    SignupRequest.objects.bulk_create(make_request(*row, now) for row in rows)


@pytest.fixture(scope="module")
def few(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Counts]:
    with crowd(django_db_blocker, PAGES, add_rows) as counts:
        yield counts


@pytest.fixture(scope="class")
def few_organizations(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Counts]:
    with crowd(django_db_blocker, ORGANIZATION_PAGES, add_organizations) as counts:
        yield counts


class TestAThousandOrganizations:
    """In a crowd of their own: all of them are offered where rows are filtered by theirs."""

    @pytest.mark.parametrize("page", ORGANIZATION_PAGES)
    def test_take_the_queries_of_ten(self, few_organizations: Counts, page: str) -> None:
        assert queries_of(browser_of_staff(), page) == few_organizations[page]

    @pytest.mark.parametrize(("query", "rows"), [("TENANT77", 11), ("tenant-", 0)])
    def test_are_searched(self, few_organizations: object, query: str, rows: int) -> None:
        assert rows_on(browser_of_staff().get(ORGANIZATIONS, {"q": query})) == rows

    def test_are_shown_fifty_a_page_to_their_end(self, few_organizations: object) -> None:
        last = browser_of_staff().get(ORGANIZATIONS, {"p": LAST_PAGE})
        assert len(last.context["cl"].result_list) == 50

    @pytest.mark.parametrize("page", [ROLES, INVITES])
    def test_are_offered_in_part_to_filter_by(self, few_organizations: object, page: str) -> None:
        assert browser_of_staff().get(page).content.count(b"?organization__id__exact=") == 50


@pytest.fixture
def root(few: Counts) -> Client:
    """A superuser's browser, where there are many rows."""
    return browser_of_staff()


@pytest.fixture
def clerk(organization: Organization) -> Client:
    """May revoke invites, and change nothing else."""
    return browser_of_staff("view_organization", "view_invite", "change_invite")


@pytest.fixture
def auditor(organization: Organization) -> Client:
    """May look at everything here, and change nothing."""
    names = ("organization", "role", "invite", "signuprequest")
    return browser_of_staff(*(f"view_{name}" for name in names))


@pytest.fixture
def invite(organization: Organization, owner: Actor) -> Invite:
    made: Invite = InviteFactory.create(
        organization=organization, created_by=owner.user, token="an invite", email="mia@example.com"
    )
    return made


@pytest.mark.parametrize("page", PAGES)
def test_a_list_of_a_thousand_takes_the_queries_of_ten(
    root: Client, few: Counts, page: str
) -> None:
    assert queries_of(root, page) == few[page]


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        *((f"{ROLES}?q=%22ROLE+77%22", 11), (f"{ROLES}?is_system__exact=1", OWNERS)),
        *((f"{INVITES}?q=guest777@", 1), (f"{INVITES}?q=crowd778@example.com", 1)),
        *((f"{INVITES}?state=usable", MANY // 4), (f"{INVITES}?state=expired", MANY // 4)),
        *((QUEUE, MANY // 2), (f"{QUEUE}?q=crowd777@", 1), (f"{QUEUE}?status=all", MANY)),
        *((f"{ROLES}?q=tenant7", MANY // FEW), (f"{INVITES}?q=tenant7", MANY // FEW)),
        (f"{QUEUE}?q=%22The+777th%22", 1),
    ],
)
def test_searches_and_filters_find_what_they_name(root: Client, page: str, rows: int) -> None:
    assert rows_on(root.get(page)) == rows


@pytest.mark.parametrize("page", [ROLES, INVITES])
def test_the_filter_of_an_organization_shows_its_rows(root: Client, page: str) -> None:
    organization = Organization.objects.get(slug="tenant7")
    answer = root.get(page, {"organization__id__exact": str(organization.pk)})
    assert rows_on(answer) == organization.roles.count() == MANY // FEW


@pytest.mark.parametrize("page", [ROLES, INVITES, QUEUE])
def test_a_list_shows_fifty_rows_a_page_to_its_end(root: Client, page: str) -> None:
    for number in (1, LAST_PAGE // 2):
        assert len(root.get(page, {"p": number}).context["cl"].result_list) == 50


def test_the_page_of_an_organization_with_a_thousand_members_takes_no_more_queries(
    organization: Organization,
) -> None:
    root, page = browser_of_staff(), f"{ORGANIZATIONS}{organization.pk}/change/"
    root.get(page)
    one, users = queries_of(root, page), make_users(MANY, MANY + 1000)
    Membership.objects.bulk_create(Membership(organization=organization, user=u) for u in users)
    assert queries_of(root, page) == one


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("name", "Ac\u202eme"), ("name", "\u2800"), ("name", "Ac\nme")),
        *(("intended_public_url", "acme"), ("intended_public_url", "javascript:alert(1)")),
    ],
)
def test_what_the_api_refuses_is_refused_here(
    organization: Organization, field: str, value: str
) -> None:
    form = {"name": "Acme", "open_signups_enabled": "on", field: value}
    answer = browser_of_staff().post(f"{ORGANIZATIONS}{organization.pk}/change/", form)
    assert field in answer.context["adminform"].form.errors
    organization.refresh_from_db()
    assert (organization.name, organization.intended_public_url) == ("Acme", None)


def test_a_revoked_invite_opens_nothing(clerk: Client, invite: Invite, outsider: Actor) -> None:
    Invite.objects.update(email="", email_key="")
    assert said(act(clerk, INVITES, "revoke_selected", invite)) == ["Revoked: 1 invite."]
    answer = outsider.post("/invites/an invite/accept")
    assert (answer.status_code, answer.json()["code"]) == (404, "invite_not_found")


def test_invites_that_were_ticked_are_revoked_after_a_question(
    clerk: Client, invite: Invite
) -> None:
    over = InviteFactory.create(
        organization=invite.organization,
        created_by=invite.created_by,
        email="nia@example.com",
        expires_at=timezone.now(),
    )
    page = ask(clerk, INVITES, "revoke_selected", invite, over)
    assert "Revoke 1 invite?" in page
    assert '<th scope="row">mia@example.com</th>' in page
    assert Invite.objects.get(pk=invite.pk).state == "usable"


def test_a_revoked_invite_is_on_record_with_who_and_when(clerk: Client, invite: Invite) -> None:
    start = timezone.now()
    act(clerk, INVITES, "revoke_selected", invite)
    event = AuditEvent.objects.get(target_id=invite.pk)
    assert (event.action, event.door) == ("invite.revoked", "admin")
    assert event.actor_email == User.objects.get(pk=clerk.session["_auth_user_id"]).email
    assert start <= event.created_at <= timezone.now()


def test_an_invite_that_did_not_work_any_more_stays_as_it_was(
    clerk: Client, invite: Invite
) -> None:
    act(clerk, INVITES, "revoke_selected", invite)
    revoked = Invite.objects.get(pk=invite.pk).revoked_at
    answer = act(clerk, INVITES, "revoke_selected", invite)
    assert said(answer) == ["These invites do not work any more."]
    assert Invite.objects.get(pk=invite.pk).revoked_at == revoked
    assert AuditEvent.objects.filter(target_id=invite.pk).count() == 1


def test_who_may_only_look_revokes_no_invite(auditor: Client, invite: Invite) -> None:
    assert b"Revoke selected" not in auditor.get(INVITES).content
    act(auditor, INVITES, "revoke_selected", invite)
    assert Invite.objects.get(pk=invite.pk).state == "usable"


def test_following_a_link_revokes_no_invite(invite: Invite) -> None:
    root = browser_of_staff()
    root.get(INVITES, {"action": "revoke_selected", "_selected_action": str(invite.pk)})
    root.get(f"{INVITES}{invite.pk}/change/", {"revoked_at": "2020-01-01"})
    assert Invite.objects.get(pk=invite.pk).state == "usable"


def test_closing_the_sign_ups_is_on_record(organization: Organization, pending: Actor) -> None:
    root = browser_of_staff("view_organization", "change_organization")
    root.post(f"{ORGANIZATIONS}{organization.pk}/change/", {"name": "Acme"})
    organization.refresh_from_db()
    assert not organization.open_signups_enabled
    event = AuditEvent.objects.get(action="organization.changed", door="admin")
    assert (event.target_id, event.before) == (organization.pk, {"open_signups_enabled": True})
    assert str(event.actor_id) == root.session["_auth_user_id"]


def test_opening_the_page_of_an_organization_changes_nothing(organization: Organization) -> None:
    page = f"{ORGANIZATIONS}{organization.pk}/change/"
    browser_of_staff().get(page, {"name": "Mine", "_save": "Save"})
    assert Organization.objects.filter(pk=organization.pk, name="Acme").exists()
    assert not AuditEvent.objects.filter(door="admin").exists()
