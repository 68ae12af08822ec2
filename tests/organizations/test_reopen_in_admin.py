"""Re-opening a denied sign-up request in the admin."""

import pytest
from django.test import Client

from organizations.models import SignupRequest
from organizations.services.signup_request import deny_signup
from tests.conftest import SETUP, Actor
from tests.factories import PASSWORD
from tests.organizations.signups import QUEUE

pytestmark = pytest.mark.django_db

REOPEN = f"{QUEUE}reopen/selected/"


@pytest.fixture
def denied(pending: Actor) -> SignupRequest:
    return deny_signup(request_id=pending.user.signup_request.pk, by=SETUP, reason="a mistake")


def test_a_denied_request_offers_it(staff: Client, denied: SignupRequest) -> None:
    link = f"{QUEUE}reopen/{denied.pk}/"
    assert link in staff.get(f"{QUEUE}?status=denied").content.decode()
    assert link in staff.get(f"{QUEUE}{denied.pk}/change/").content.decode()
    assert "Re-open 1 sign-up" in staff.get(link).content.decode()
    assert SignupRequest.objects.get().status == "denied"


def test_the_applicant_waits_again_and_can_log_in(staff: Client, denied: SignupRequest) -> None:
    staff.post(REOPEN, {"ids": str(denied.pk)})
    request = SignupRequest.objects.get()
    assert (request.status, request.resolved_at, request.resolved_by) == ("pending", None, None)
    body = {"email": "pending@example.com", "password": PASSWORD}
    assert Actor().post("/auth/login", body).json()["signup_pending"] is True


def test_one_that_waits_is_not_reopened(staff: Client, pending: Actor) -> None:
    request_id = pending.user.signup_request.pk
    answer = staff.get(f"{QUEUE}reopen/{request_id}/", follow=True)
    assert "is waiting for a decision" in answer.content.decode()
    staff.post(REOPEN, {"ids": str(request_id)})
    assert SignupRequest.objects.get().status == "pending"


def test_an_approved_one_stays_approved(staff: Client, pending: Actor) -> None:
    request_id = str(pending.user.signup_request.pk)
    staff.post(f"{QUEUE}approve/selected/", {"ids": request_id})
    answer = staff.post(REOPEN, {"ids": request_id}, follow=True)
    assert "was already approved" in answer.content.decode()
    assert SignupRequest.objects.get().status == "approved"


def test_a_session_that_the_denial_ended_does_not_come_back(
    staff: Client, pending: Actor, denied: SignupRequest
) -> None:
    staff.post(REOPEN, {"ids": str(denied.pk)})
    assert pending.get("/me").status_code == 401
    body = {"refresh_token": pending.refresh_token}
    assert Actor().post("/auth/refresh", body).status_code == 401
