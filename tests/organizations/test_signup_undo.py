"""Undoing decisions in the admin, for thirty days."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent, User
from organizations.models import MemberRole, Membership, Role, SignupRequest
from organizations.permissions import Permission as Right
from organizations.services.signup_request import approve_signup, deny_signup
from tests.conftest import SETUP, Actor, Answer, make_client
from tests.factories import PASSWORD, OrganizationFactory, UserFactory, add_member, make_role
from tests.organizations.signups import QUEUE

pytestmark = pytest.mark.django_db

LONG_AGO = dt.timedelta(days=30, seconds=1)


@pytest.fixture
def approved(pending: Actor) -> SignupRequest:
    """Of an account that is a member with a role by now."""
    request = approve_signup(request_id=pending.user.signup_request.pk, by=SETUP)
    role = make_role(request.organization, Right.BOARD_READ, name="Reader")
    MemberRole.objects.create(membership=request.user.memberships.get(), role=role)
    return request


@pytest.fixture
def denied(pending: Actor) -> SignupRequest:
    return deny_signup(request_id=pending.user.signup_request.pk, by=SETUP, reason="a mistake")


def post(browser: Client, decision: str, request: SignupRequest) -> Answer:
    return browser.post(f"{QUEUE}{decision}/selected/", {"ids": str(request.pk)})


def told(answer: Answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def expect_no_undo(browser: Client, request: SignupRequest, words: str) -> None:
    """The page has no button that would be refused, no key for it, and says why."""
    page = browser.get(f"{QUEUE}{request.pk}/change/").content.decode()
    assert f"{QUEUE}undo/{request.pk}/" not in page
    assert "Keys: U undo" not in page
    assert words in page


def is_member_still(request: SignupRequest) -> bool:
    request.refresh_from_db()
    user = User.objects.get(pk=request.user_id)
    statuses = (request.status, user.signup_status)
    return statuses == ("approved", "approved") and user.memberships.exists()


def test_the_page_says_exactly_what_happens(staff: Client, approved: SignupRequest) -> None:
    link = f"{QUEUE}undo/{approved.pk}/"
    assert link in staff.get(f"{QUEUE}{approved.pk}/change/").content.decode()
    page = staff.get(link).content.decode()
    assert "This person will no longer be a member of Acme, will be logged out everywhere" in page
    assert "These roles will be lost: Reader." in page
    assert is_member_still(approved)


def test_an_approval_is_undone_as_a_whole(
    staff: Client, approved: SignupRequest, pending: Actor
) -> None:
    assert told(post(staff, "undo", approved)) == "Approval undone: pending@example.com."
    approved.refresh_from_db()
    assert (approved.status, approved.resolved_at, approved.resolved_by) == ("pending", None, None)
    assert not Membership.objects.filter(user=pending.user).exists()
    assert pending.get("/me").status_code == 401
    body = {"refresh_token": pending.refresh_token}
    assert Actor().post("/auth/refresh", body).status_code == 401
    body = {"email": "pending@example.com", "password": PASSWORD}
    assert Actor().post("/auth/login", body).json()["signup_pending"] is True


def test_it_is_on_record(staff: Client, approved: SignupRequest) -> None:
    post(staff, "undo", approved)
    event = AuditEvent.objects.get(action="signup.reopened")
    assert (event.before, event.actor_email) == ({"status": "approved"}, "owner@example.com")
    assert AuditEvent.objects.filter(action="member.removed", target_id=approved.user_id).exists()
    page = staff.get(f"{QUEUE}{approved.pk}/change/").content.decode()
    assert "Approval undone by Olivia Owner (owner@example.com)." in page


def test_no_mail_tells_of_it(
    staff: Client,
    approved: SignupRequest,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        post(staff, "undo", approved)
    assert mailoutbox == []


def test_who_is_approved_again_has_no_roles_left(staff: Client, approved: SignupRequest) -> None:
    post(staff, "undo", approved)
    post(staff, "approve", approved)
    assert is_member_still(approved)
    assert not MemberRole.objects.filter(membership__user=approved.user_id).exists()


@pytest.mark.parametrize("decision", ["reopen", "undo"])
def test_after_thirty_days_a_decision_stands(staff: Client, pending: Actor, decision: str) -> None:
    decide = deny_signup if decision == "reopen" else approve_signup
    request = decide(request_id=pending.user.signup_request.pk, by=SETUP)
    SignupRequest.objects.update(resolved_at=timezone.now() - LONG_AGO)
    before = SignupRequest.objects.values().get()
    link = f"{QUEUE}{decision}/{request.pk}/"
    assert link not in staff.get(f"{QUEUE}{request.pk}/change/").content.decode()
    assert link not in staff.get(f"{QUEUE}?status={request.status}").content.decode()
    for answer in (staff.get(link), post(staff, decision, request)):
        assert answer["Location"].partition("?")[0] == QUEUE
    assert "within 30 days, and this one is older" in told(answer)
    assert SignupRequest.objects.values().get() == before
    assert not AuditEvent.objects.filter(action="signup.reopened").exists()


@pytest.mark.parametrize("decision", ["reopen", "undo"])
def test_within_thirty_days_it_is_undone(staff: Client, pending: Actor, decision: str) -> None:
    decide = deny_signup if decision == "reopen" else approve_signup
    request = decide(request_id=pending.user.signup_request.pk, by=SETUP)
    almost = timezone.now() - dt.timedelta(days=29, hours=23)
    SignupRequest.objects.update(resolved_at=almost)
    post(staff, decision, request)
    assert SignupRequest.objects.get().status == "pending"


def test_the_api_reopens_without_a_limit(owner: Actor, denied: SignupRequest) -> None:
    SignupRequest.objects.update(resolved_at=timezone.now() - LONG_AGO)
    path = f"/organizations/{denied.organization_id}/signup-requests/{denied.pk}/reopen"
    assert owner.post(path).status_code == 204
    assert SignupRequest.objects.get().status == "pending"


def test_an_owner_is_not_removed_by_it(staff: Client, approved: SignupRequest) -> None:
    owners = Role.objects.get(organization=approved.organization, is_system=True)
    MemberRole.objects.create(membership=approved.user.memberships.get(), role=owners)
    answer = staff.get(f"{QUEUE}undo/{approved.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?status=approved")
    assert "They have become an owner or staff" in told(post(staff, "undo", approved))
    assert is_member_still(approved)


@pytest.mark.parametrize("field", ["is_staff", "is_superuser"])
def test_staff_are_not_removed_by_it(staff: Client, approved: SignupRequest, field: str) -> None:
    User.objects.filter(pk=approved.user_id).update(**{field: True})
    assert "They have become an owner or staff" in told(post(staff, "undo", approved))
    assert is_member_still(approved)


@pytest.mark.parametrize("field", ["is_staff", "is_superuser"])
def test_the_page_says_beforehand_that_staff_stay(
    staff: Client, approved: SignupRequest, field: str
) -> None:
    User.objects.filter(pk=approved.user_id).update(**{field: True})
    expect_no_undo(staff, approved, "They have become an owner or staff: ask a superuser.")


def test_the_page_says_beforehand_that_an_owner_stays(
    staff: Client, approved: SignupRequest
) -> None:
    owners = Role.objects.get(organization=approved.organization, is_system=True)
    MemberRole.objects.create(membership=approved.user.memberships.get(), role=owners)
    expect_no_undo(staff, approved, "They have become an owner or staff: ask a superuser.")


def test_the_page_says_beforehand_that_an_invite_counts(
    staff: Client, approved: SignupRequest
) -> None:
    SignupRequest.objects.update(resolved_through="invite")
    expect_no_undo(staff, approved, "They accepted an invite, which is no decision of staff.")


def test_who_may_only_look_is_offered_no_undo(approved: SignupRequest) -> None:
    clerk = UserFactory.create(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_signuprequest"))
    browser = make_client()
    browser.force_login(clerk)
    expect_no_undo(browser, approved, "Keys: N next, Q queue.")


def test_who_came_by_an_invite_is_not_removed_by_it(staff: Client, approved: SignupRequest) -> None:
    SignupRequest.objects.update(resolved_through="invite")
    assert "They accepted an invite" in told(post(staff, "undo", approved))
    assert is_member_still(approved)


def test_a_member_of_another_organization_does_not_wait_for_this_one(
    staff: Client, approved: SignupRequest
) -> None:
    """Who waits reaches no organization, and would go on to reach that one."""
    add_member(OrganizationFactory.create(slug="second"), approved.user)
    assert "member of another organization" in told(post(staff, "undo", approved))
    assert is_member_still(approved)
    assert approved.user.memberships.count() == 2


def test_a_denial_is_no_approval_and_the_other_way_round(
    staff: Client, denied: SignupRequest
) -> None:
    assert "was already denied" in told(post(staff, "undo", denied))
    assert SignupRequest.objects.get().status == "denied"


def test_it_is_undone_once(staff: Client, approved: SignupRequest) -> None:
    post(staff, "undo", approved)
    assert "is waiting for a decision" in told(post(staff, "undo", approved))
    assert AuditEvent.objects.filter(action="member.removed").count() == 1


def test_it_takes_a_post_of_who_may_resolve(approved: SignupRequest, member: Actor) -> None:
    member.user.is_staff = True
    member.user.save()
    member.client.force_login(member.user)
    assert member.client.get(f"{QUEUE}undo/{approved.pk}/").status_code == 403
    assert post(member.client, "undo", approved).status_code == 403
    assert is_member_still(approved)


def test_it_needs_its_csrf_token(owner: Actor, approved: SignupRequest) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(owner.user)
    assert post(browser, "undo", approved).status_code == 403
    browser.get(f"{QUEUE}undo/selected/?ids={approved.pk}")
    assert is_member_still(approved)
