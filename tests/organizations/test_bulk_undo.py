"""Taking back several decisions at once: asked before, and told of each."""

import datetime as dt

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import MemberRole, Membership, Organization, SignupRequest
from organizations.permissions import Permission as Right
from organizations.services.signup_request import approve_signup
from tests.conftest import SETUP, Answer
from tests.factories import SignupRequestFactory, make_role
from tests.organizations.signups import QUEUE, deny

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(organization: Organization) -> list[SignupRequest]:
    return SignupRequestFactory.create_batch(3, organization=organization)


def approve(*requests: SignupRequest) -> None:
    for request in requests:
        approve_signup(request_id=request.pk, by=SETUP)


def tick(
    browser: Client, status: str, action: str, *requests: SignupRequest, **more: str
) -> Answer:
    ids = [str(request.pk) for request in requests]
    form = {"action": action, "_selected_action": ids, **more}
    return browser.post(f"{QUEUE}?status={status}", form, follow=True)


def decide(browser: Client, decision: str, *requests: SignupRequest) -> Answer:
    form = {"ids": [str(request.pk) for request in requests]}
    return browser.post(f"{QUEUE}{decision}/selected/", form, follow=True)


def asked_about(answer: Answer) -> set[SignupRequest]:
    return set(answer.context["requests"])


def told(answer: Answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        ("pending", ["approve_selected", "deny_selected"]),
        ("denied", ["reopen_selected"]),
        ("approved", ["undo_selected"]),
        ("all", ["approve_selected", "deny_selected", "reopen_selected", "undo_selected"]),
    ],
)
def test_each_list_offers_what_can_be_done_there(
    staff: Client, three: list[SignupRequest], status: str, actions: list[str]
) -> None:
    approve(three[0])
    deny(three[1])
    form = staff.get(f"{QUEUE}?status={status}").context["action_form"]
    assert [name for name, _ in form.fields["action"].choices if name] == actions


def test_several_denials_are_asked_about_and_taken_back(
    staff: Client, three: list[SignupRequest]
) -> None:
    deny(three[0])
    deny(three[1])
    page = tick(staff, "denied", "reopen_selected", *three[:2])
    assert "Re-open 2 sign-ups" in page.content.decode()
    assert SignupRequest.objects.pending().count() == 1
    answer = decide(staff, "reopen", *three)
    assert "Re-opened: 2 of 3" in answer.content.decode()
    assert [row.is_done for row in answer.context["rows"]] == [True, True, False]
    assert SignupRequest.objects.pending().count() == 3


def test_several_approvals_are_taken_back_with_their_roles(
    staff: Client, three: list[SignupRequest], mailoutbox: list[EmailMessage]
) -> None:
    approve(*three[:2])
    role = make_role(three[0].organization, Right.BOARD_READ, name="Reader")
    MemberRole.objects.create(membership=three[0].user.memberships.get(), role=role)
    page = tick(staff, "approved", "undo_selected", *three[:2])
    rows = {row.request: row.roles for row in page.context["rows"]}
    assert rows == {three[0]: "Reader", three[1]: ""}
    assert "These people will no longer be members" in page.content.decode()
    answer = decide(staff, "undo", *three[:2])
    assert "Approval undone: 2 of 2" in answer.content.decode()
    assert not Membership.objects.filter(user__signup_request__in=three).exists()
    assert mailoutbox == []


def test_after_thirty_days_those_are_left_out_and_named(
    staff: Client, three: list[SignupRequest]
) -> None:
    deny(three[0])
    deny(three[1])
    old = timezone.now() - dt.timedelta(days=31)
    SignupRequest.objects.filter(pk=three[0].pk).update(resolved_at=old)
    page = tick(staff, "denied", "reopen_selected", *three[:2])
    assert asked_about(page) == {three[1]}
    assert f"The decision on {three[0].user.email} stands." in told(page)
    across = tick(staff, "denied", "reopen_selected", three[1], select_across="1")
    assert (asked_about(across), told(across)) == ({three[1]}, "")


def test_who_became_staff_is_left_out(staff: Client, three: list[SignupRequest]) -> None:
    approve(*three[:2])
    three[0].user.refresh_from_db()
    three[0].user.is_staff = True
    three[0].user.save()
    page = tick(staff, "approved", "undo_selected", *three[:2])
    assert asked_about(page) == {three[1]}
    assert "They have become an owner or staff" in told(page)


def test_many_take_no_more_queries_than_two(staff: Client, organization: Organization) -> None:
    many = SignupRequestFactory.create_batch(20, organization=organization)
    approve(*many)
    taken = []
    for number in (2, 2, 20):  # the first fills caches
        with CaptureQueriesContext(connection) as queries:
            tick(staff, "approved", "undo_selected", *many[:number])
        taken.append(len(queries))
    assert taken[1] == taken[2]


@pytest.mark.parametrize(("decision", "back"), [("approve", "undo"), ("deny", "reopen")])
def test_the_page_of_results_leads_to_taking_them_back(
    staff: Client, three: list[SignupRequest], decision: str, back: str
) -> None:
    deny(three[0])
    answer = decide(staff, decision, *three)
    link = answer.context["undo_url"]
    assert f'href="{link}">Undo these</a>' in answer.content.decode()
    page = staff.get(link)
    assert (page.context["decision"], asked_about(page)) == (back, set(three[1:]))
    assert not SignupRequest.objects.pending().exists()
    after = decide(staff, back, *three[1:])
    assert "undo_url" not in after.context
    assert SignupRequest.objects.pending().count() == 2
    assert "is waiting for a decision" in told(staff.get(link, follow=True))


def test_an_approval_in_the_list_has_its_link(staff: Client, three: list[SignupRequest]) -> None:
    approve(*three[:2])
    old = timezone.now() - dt.timedelta(days=31)
    SignupRequest.objects.filter(pk=three[0].pk).update(resolved_at=old)
    page = staff.get(f"{QUEUE}?status=approved").content.decode()
    assert f"{QUEUE}undo/{three[1].pk}/" in page
    assert f"{QUEUE}undo/{three[0].pk}/" not in page
