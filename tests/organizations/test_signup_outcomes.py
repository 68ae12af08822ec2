"""Decisions on several at once: the page that tells what happened to each."""

import pytest
from django.test import Client

from organizations.models import Membership, Organization, SignupRequest
from tests.conftest import Actor, Answer
from tests.factories import SignupRequestFactory
from tests.organizations.signups import QUEUE, ask_to_approve

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def three(organization: Organization) -> list[SignupRequest]:
    return SignupRequestFactory.create_batch(3, organization=organization)


def decide(browser: Client, decision: str, *ids: object, **said: str) -> Answer:
    form = {"ids": [str(key) for key in ids], **said}
    return browser.post(f"{QUEUE}{decision}/selected/", form, follow=True)


def rows_of(answer: Answer) -> dict[str, tuple[bool, str]]:
    return {row["email"]: (row["is_done"], row["text"]) for row in answer.context["rows"]}


def test_each_row_says_what_happened(staff: Client, three: list[SignupRequest]) -> None:
    first, second, third = three
    decide(staff, "deny", first.pk)
    answer = decide(staff, "approve", first.pk, second.pk, third.pk, NOBODY)
    rows = rows_of(answer)
    done = (True, "Approved: a member now. A mail is on its way to them.")
    assert rows[second.user.email] == rows[third.user.email] == done
    is_done, text = rows[first.user.email]
    assert not is_done
    assert f"{first.user.email} was already denied by Olivia Owner (owner@example.com) on " in text
    assert rows[""] == (False, "A request does not exist any more.")
    assert not Membership.objects.filter(user=first.user).exists()


def test_the_page_says_it_in_words(staff: Client, three: list[SignupRequest]) -> None:
    answer = decide(staff, "deny", three[0].pk, three[1].pk, is_notified="on")
    page = answer.content.decode()
    assert "Denied: 2 of 2" in page
    assert page.count("Denied. A mail is on its way to them.") == 2
    assert f"{QUEUE}{three[0].pk}/change/" in page


def test_a_silent_denial_says_that_no_mail_was_sent(
    staff: Client, three: list[SignupRequest]
) -> None:
    answer = decide(staff, "deny", three[0].pk, three[1].pk)
    assert set(rows_of(answer).values()) == {(True, "Denied. No mail was sent.")}


def test_it_is_shown_once_and_then_kept_nowhere(staff: Client, three: list[SignupRequest]) -> None:
    """Who waits for a decision is not written into the session of whoever decided."""
    answer = decide(staff, "approve", three[0].pk, three[1].pk)
    assert "Approved: 2 of 2" in answer.content.decode()
    assert three[0].user.email not in repr(dict(staff.session))
    assert staff.get(f"{QUEUE}decided/")["Location"] == QUEUE
    assert SignupRequest.objects.pending().get() == three[2]


def test_one_that_is_named_twice_is_decided_once(staff: Client, three: list[SignupRequest]) -> None:
    answer = decide(staff, "approve", three[0].pk, three[0].pk)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert f"Approved: {three[0].user.email}." in answer.content.decode()


def test_without_a_decision_there_is_nothing_to_tell(staff: Client) -> None:
    assert staff.get(f"{QUEUE}decided/")["Location"] == QUEUE


def test_it_is_told_to_nobody_else(owner: Actor, staff: Client, member: Actor) -> None:
    member.client.force_login(member.user)
    assert member.client.get(f"{QUEUE}decided/").status_code == 302
    assert member.client.get(f"{QUEUE}decided/")["Location"].startswith("/admin/login/")


def test_the_preview_shows_the_latest_note_of_each(
    staff: Client, three: list[SignupRequest]
) -> None:
    for text in ("an older one", "Met her at the fair"):
        staff.post(f"{QUEUE}{three[0].pk}/note/", {"text": text})
    page = ask_to_approve(staff, *three)
    assert "Met her at the fair" in page.content.decode()
    assert "an older one" not in page.content.decode()
