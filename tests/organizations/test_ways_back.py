"""Where "Cancel" leads from a page that asks about sign-ups: to where one came from."""

import re

import pytest
from django.test import Client

from organizations.models import SignupRequest
from organizations.services.signup_request import approve_signup
from tests.conftest import SETUP, Actor
from tests.organizations.signups import QUEUE, ask_to_approve, deny

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(pending: Actor) -> SignupRequest:
    request: SignupRequest = pending.user.signup_request
    return request


def cancel(browser: Client, page: str) -> str:
    return leads_to(browser.get(page).content.decode())


def leads_to(page: str) -> str:
    (address,) = re.findall(r'href="([^"]*)">Cancel</a>', page)
    return str(address)


def approve(request: SignupRequest) -> None:
    approve_signup(request_id=request.pk, by=SETUP)


def links_on(browser: Client, page: str) -> list[str]:
    return re.findall(
        r'class="decision \w+"[^>]*href="([^"]+)"', browser.get(page).content.decode()
    )


@pytest.mark.parametrize("status", ["pending", "approved", "denied"])
def test_cancel_leads_to_the_page_of_the_request_or_to_the_list_that_led_here(
    staff: Client, waiting: SignupRequest, status: str
) -> None:
    if status != "pending":
        {"approved": approve, "denied": deny}[status](waiting)
    page = f"{QUEUE}{waiting.pk}/change/"
    queue = QUEUE if status == "pending" else f"{QUEUE}?status={status}"
    for came_from in (page, queue):
        links = links_on(staff, came_from)
        assert len(links) == (2 if status == "pending" else 1)
        assert {cancel(staff, link) for link in links} == {came_from}


def test_cancel_leads_to_the_list_as_it_was_filtered(staff: Client, waiting: SignupRequest) -> None:
    shown = f"{QUEUE}?status=all&q=pending"
    ticked = {"action": "approve_selected", "_selected_action": str(waiting.pk)}
    answer = staff.post(shown, ticked)
    assert leads_to(answer.content.decode()) == shown.replace("&", "&amp;")
    assert leads_to(ask_to_approve(staff, waiting).content.decode()) == QUEUE


@pytest.mark.parametrize("named", ["https://evil.example/", "//evil.example", "", "requests"])
def test_cancel_leads_nowhere_else(staff: Client, waiting: SignupRequest, named: str) -> None:
    question = f"{QUEUE}approve/{waiting.pk}/"
    answer = staff.get(question, {"from": named, "next": named}, headers={"referer": named})
    assert leads_to(answer.content.decode()) == QUEUE


def test_who_was_decided_on_meanwhile_is_shown_on_the_page_that_led_here(
    staff: Client, waiting: SignupRequest
) -> None:
    approve(waiting)
    answer = staff.get(f"{QUEUE}deny/{waiting.pk}/", {"from": "request"})
    assert answer["Location"] == f"{QUEUE}{waiting.pk}/change/"
