"""What the page of a sign-up tells of the account, of the address before, and of colleagues."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import Action, record
from accounts.models import AuditEvent
from organizations.models import Organization, SignupNote, SignupRequest
from organizations.services.users import disable_user, enable_user
from tests.conftest import SETUP, Actor
from tests.factories import InviteFactory, OrganizationFactory, UserFactory, add_member
from tests.organizations.signups import QUEUE, apply
from tests.organizations.test_signup_page import browser_with, open_page, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(organization: Organization) -> SignupRequest:
    return apply(organization, "nora@initech.example")


def lines(staff: Client, request: SignupRequest) -> list[str]:
    return [line.text for line in open_page(staff, request)["history"].lines]


def invite(request: SignupRequest, owner: Actor, email: str, **fields: object) -> None:
    InviteFactory.create(
        organization=request.organization, email=email, created_by=owner.user, **fields
    )


def test_earlier_invites_to_the_address_are_told(
    staff: Client, nora: SignupRequest, owner: Actor
) -> None:
    invite(nora, owner, "Nora@Initech.example", revoked_at=timezone.now())
    invite(nora, owner, "nora@initech.example.org")
    invite(nora, owner, "")
    by = "Invited by Olivia Owner (owner@example.com)"
    assert lines(staff, nora) == [f"{by}: the invite was revoked."]


def test_what_another_organization_did_is_not_told(staff: Client, nora: SignupRequest) -> None:
    rival, boss = OrganizationFactory.create(), UserFactory.create(email="boss@rival.example")
    InviteFactory.create(organization=rival, email=nora.user.email, created_by=boss)
    for home in (rival, nora.organization):
        record(Action.MEMBER_REMOVED, by=SETUP, target=nora.user, organization_id=home.pk)
    assert lines(staff, nora) == ["They were removed from the organization by the command line."]


def test_what_happened_to_the_account_is_told(staff: Client, nora: SignupRequest) -> None:
    disable_user(user=nora.user, by=SETUP)
    enable_user(user=nora.user, by=SETUP)
    assert lines(staff, nora) == [
        "The account was enabled again by the command line.",
        "The account was disabled by the command line.",
    ]


def test_failed_log_ins_are_one_line(staff: Client, nora: SignupRequest) -> None:
    for expected in ("A failed log-in.", "2 failed log-ins, this one the last."):
        body = {"email": "nora@initech.example", "password": "a guess of somebody"}
        assert Actor().post("/auth/login", body).status_code == 401
        assert lines(staff, nora) == [expected]


def test_it_is_bounded_and_says_so(staff: Client, nora: SignupRequest, owner: Actor) -> None:
    for number in range(20):
        invite(nora, owner, "nora@initech.example", token=f"t{number}")
    assert not open_page(staff, nora)["history"].has_older
    invite(nora, owner, "nora@initech.example", token="one more")
    assert len(lines(staff, nora)) == 20
    page = staff.get(page_of(nora)).content.decode()
    assert "And older ones." in page
    root = browser_with("view_signuprequest", "view_auditevent")
    assert f"auditevent/?q={nora.user_id}" in root.get(page_of(nora)).content.decode()


def test_no_more_than_a_hundred_events_of_an_account_are_read(
    staff: Client, nora: SignupRequest
) -> None:
    disable_user(user=nora.user, by=SETUP)
    AuditEvent.objects.bulk_create(
        AuditEvent(action="login.succeeded", door="api", target_id=nora.user_id) for _ in range(101)
    )
    history = open_page(staff, nora)["history"]
    assert (history.lines, history.has_older) == ([], True)


def test_notes_that_are_left_out_are_told_of(
    staff: Client, nora: SignupRequest, owner: Actor
) -> None:
    def write(number: int) -> SignupNote:
        return SignupNote(request=nora, author=owner.user, text=f"note {number}")

    SignupNote.objects.bulk_create(write(number) for number in range(100))
    assert "older ones are not shown" not in staff.get(page_of(nora)).content.decode()
    SignupNote.objects.bulk_create([write(100)])
    assert "These are the latest 100; older ones" in staff.get(page_of(nora)).content.decode()


def test_the_first_members_of_the_domain_are_named(staff: Client, nora: SignupRequest) -> None:
    for number in range(6):
        user = UserFactory.create(email=f"m{number}@initech.example")
        add_member(nora.organization, user)
    page = staff.get(page_of(nora)).content.decode()
    assert "Members: m0@initech.example, m1@initech.example," in page
    assert "m4@initech.example and others." in page
    assert "m5@initech.example" not in page
    assert "/admin/accounts/user/" not in page


def test_who_may_open_users_finds_links_to_them(nora: SignupRequest) -> None:
    boss = UserFactory.create(email="boss@initech.example", display_name="Bo <b>")
    add_member(nora.organization, boss)
    browser = browser_with("view_signuprequest", "view_user")
    page = browser.get(page_of(nora)).content.decode()
    assert f'<a href="/admin/accounts/user/{boss.pk}/change/">Bo &lt;b&gt; (boss@' in page
    assert browser.get(f"{QUEUE}{nora.pk}/change/").status_code == 200
