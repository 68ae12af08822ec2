"""Approving and denying in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Session, User
from organizations.models import MemberRole, Membership, Organization, SignupRequest
from tests.conftest import Actor, make_client, refusal
from tests.factories import PASSWORD, SignupRequestFactory, UserFactory
from tests.organizations.signups import QUEUE, ask_to_approve

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(pending: Actor) -> SignupRequest:
    """The request of the pending account."""
    request: SignupRequest = pending.user.signup_request
    return request


def decide(browser: Client, decision: str, *requests: SignupRequest, **said: str) -> Any:
    ids = [str(request.pk) for request in requests]
    return browser.post(f"{QUEUE}{decision}/selected/", {"ids": ids, **said})


def told(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def is_untouched(request: SignupRequest) -> bool:
    request.refresh_from_db()
    is_open = (request.status, request.resolved_at, request.resolved_by) == ("pending", None, None)
    status = User.objects.get(pk=request.user_id).signup_status
    return is_open and status == "pending" and not request.user.memberships.exists()


def test_approval_makes_a_member_without_roles(
    staff: Client, waiting: SignupRequest, pending: Actor
) -> None:
    answer = decide(staff, "approve", waiting)
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert told(answer) == "Approved: pending@example.com."
    membership = Membership.objects.get(user=pending.user)
    assert membership.organization == waiting.organization
    assert not MemberRole.objects.filter(membership=membership).exists()


def test_approval_takes_effect_in_the_session_that_is_open(
    staff: Client, waiting: SignupRequest, pending: Actor
) -> None:
    decide(staff, "approve", waiting)
    me = pending.get("/me").json()
    assert (me["signup_pending"], me["signup_request"]["status"]) == (False, "approved")
    assert len(pending.get("/organizations").json()["organizations"]) == 1
    pair = Actor().post("/auth/refresh", {"refresh_token": pending.refresh_token}).json()
    assert "signup_pending" not in pair


def test_who_decided_and_when_is_recorded(
    staff: Client, waiting: SignupRequest, owner: Actor
) -> None:
    before = timezone.now()
    decide(staff, "approve", waiting)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.resolved_by) == ("approved", owner.user)
    assert waiting.resolved_through == "admin"
    assert waiting.resolved_at is not None
    assert before <= waiting.resolved_at <= timezone.now()


def test_denial_ends_the_sessions_at_once(
    staff: Client, waiting: SignupRequest, pending: Actor
) -> None:
    decide(staff, "deny", waiting, reason=" not one of us ")
    assert pending.get("/me").status_code == 401
    body = {"refresh_token": pending.refresh_token}
    assert Actor().post("/auth/refresh", body).status_code == 401
    assert Session.objects.get(user=pending.user).revoked_reason == "signup_denied"
    assert not Membership.objects.filter(user=pending.user).exists()


def test_denial_shuts_the_door(staff: Client, waiting: SignupRequest) -> None:
    decide(staff, "deny", waiting)
    body = {"email": "pending@example.com", "password": PASSWORD}
    assert refusal(Actor().post("/auth/login", body))[:2] == (403, "signup_denied")
    assert refusal(Actor().post("/auth/register", body))[:2] == (409, "email already registered")


def test_the_reason_is_kept(staff: Client, waiting: SignupRequest, owner: Actor) -> None:
    decide(staff, "deny", waiting, reason=" not one of us ")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("denied", "not one of us")
    assert waiting.resolved_by == owner.user


@pytest.mark.parametrize("decision", ["approve", "deny"])
@pytest.mark.parametrize("page", ["{}/{}/", "{}/selected/"])
def test_a_get_decides_nothing(
    staff: Client, waiting: SignupRequest, decision: str, page: str
) -> None:
    path = QUEUE + page.format(decision, waiting.pk)
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = staff.generic(method, f"{path}?ids={waiting.pk}")
        assert answer.status_code in {200, 302, 405}
    assert is_untouched(waiting)


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_the_page_that_asks_decides_nothing(
    staff: Client, waiting: SignupRequest, decision: str
) -> None:
    page = staff.get(f"{QUEUE}{decision}/{waiting.pk}/").content.decode()
    assert f"{decision.capitalize()} 1 person" in page
    assert ("Internal reason" in page) is (decision == "deny")
    staff.post(f"{QUEUE}{decision}/{waiting.pk}/", {"ids": str(waiting.pk)})
    assert is_untouched(waiting)


@pytest.mark.parametrize("decision", ["approve", "deny"])
@pytest.mark.parametrize("page", ["{}/{}/", "{}/selected/"])
def test_a_post_needs_its_csrf_token(
    owner: Actor, waiting: SignupRequest, decision: str, page: str
) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(owner.user)
    answer = browser.post(QUEUE + page.format(decision, waiting.pk), {"ids": str(waiting.pk)})
    assert answer.status_code == 403
    assert is_untouched(waiting)


@pytest.mark.parametrize("decision", ["approve", "deny"])
@pytest.mark.parametrize("codenames", [(), ("view_signuprequest",), ("change_signuprequest",)])
def test_staff_without_the_permission_decide_nothing(
    waiting: SignupRequest, decision: str, codenames: tuple[str, ...]
) -> None:
    clerk = UserFactory.create(email="clerk@example.com", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = make_client()
    browser.force_login(clerk)
    assert browser.get(f"{QUEUE}{decision}/{waiting.pk}/").status_code == 403
    assert decide(browser, decision, waiting).status_code == 403
    browser.post(QUEUE, {"action": f"{decision}_selected", "_selected_action": str(waiting.pk)})
    assert is_untouched(waiting)


@pytest.mark.parametrize("first", ["approve", "deny"])
@pytest.mark.parametrize("second", ["approve", "deny"])
def test_the_first_decision_stands_and_the_second_is_told_it(
    staff: Client, waiting: SignupRequest, first: str, second: str
) -> None:
    decide(staff, first, waiting, reason="the first")
    before = SignupRequest.objects.values().get()
    answer = decide(staff, second, waiting, reason="the second")
    word = {"approve": "approved", "deny": "denied"}[first]
    assert f"pending@example.com was already {word} by Olivia Owner (owner@example.com) on" in told(
        answer
    )
    assert "That decision stands." in told(answer)
    assert SignupRequest.objects.values().get() == before
    assert Membership.objects.filter(user=waiting.user).exists() is (first == "approve")


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_there_is_nothing_to_ask_about_a_request_that_is_resolved(
    staff: Client, waiting: SignupRequest, decision: str
) -> None:
    decide(staff, "approve", waiting)
    answer = staff.get(f"{QUEUE}{decision}/{waiting.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert "was already approved" in told(answer)


def test_many_are_decided_at_once(staff: Client, organization: Organization) -> None:
    requests = SignupRequestFactory.create_batch(5, organization=organization)
    page = ask_to_approve(staff, *requests[:3])
    assert "Approve 3 people" in page.content.decode()
    assert SignupRequest.objects.pending().count() == 5
    answer = decide(staff, "approve", *requests[:3])
    assert answer["Location"].startswith(f"{QUEUE}decided/")
    assert SignupRequest.objects.pending().count() == 2
    assert User.objects.filter(signup_status="approved", signup_request__isnull=False).count() == 3


@pytest.mark.parametrize(
    "ids", [[], ["x"], ["1"], ["00000000-0000-7000-8000-000000000000"], ["' OR 1=1 --"], ["\x00"]]
)
def test_ids_that_are_none_decide_nothing(
    staff: Client, waiting: SignupRequest, ids: list[str]
) -> None:
    answer = staff.post(f"{QUEUE}approve/selected/", {"ids": ids})
    assert answer.status_code == 302
    assert "Approved" not in told(answer)
    assert is_untouched(waiting)


@pytest.mark.parametrize("reason", ["x" * 1001, "a\x00b"])
def test_a_reason_that_cannot_be_kept_decides_nothing(
    staff: Client, waiting: SignupRequest, reason: str
) -> None:
    answer = decide(staff, "deny", waiting, reason=reason)
    assert answer.status_code == 302
    assert "Nothing was decided." in told(answer)
    assert is_untouched(waiting)


@pytest.mark.parametrize("decision", ["reopen", "delete", "APPROVE", ""])
def test_there_are_two_decisions(staff: Client, waiting: SignupRequest, decision: str) -> None:
    assert staff.post(f"{QUEUE}{decision}/selected/", {"ids": str(waiting.pk)}).status_code in {
        302,
        404,
    }
    assert is_untouched(waiting)


def test_the_applicant_cannot_approve_themselves(waiting: SignupRequest, pending: Actor) -> None:
    pending.client.force_login(pending.user)
    assert decide(pending.client, "approve", waiting).status_code == 302
    assert is_untouched(waiting)


def test_an_approval_is_told_by_one_mail_after_the_commit(
    staff: Client,
    waiting: SignupRequest,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, "approve", waiting)
        decide(staff, "approve", waiting)
        assert mailoutbox == []
    assert [message.to for message in mailoutbox] == [["pending@example.com"]]
    assert mailoutbox[0].subject == "Your account for Acme is approved"


def test_a_denial_is_told_without_its_reason(
    staff: Client,
    waiting: SignupRequest,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, "deny", waiting, reason="not one of us", is_notified="on")
    (message,) = mailoutbox
    assert message.to == ["pending@example.com"]
    assert "was not approved" in message.subject
    assert "not one of us" not in str(message.message())


def test_a_denial_may_be_silent(
    staff: Client,
    waiting: SignupRequest,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, "deny", waiting)
    assert mailoutbox == []
    assert refusal(Actor().post("/auth/login", {"email": waiting.user.email, "password": PASSWORD}))


def test_the_decision_is_in_the_history_of_the_request(
    staff: Client, waiting: SignupRequest
) -> None:
    decide(staff, "approve", waiting)
    assert "approved" in staff.get(f"{QUEUE}{waiting.pk}/history/").content.decode()
