"""Decisions on several at once: the page that tells what happened to each."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from organizations.models import Membership, Organization, SignupRequest
from tests.accounts.test_admin_pages import browser_of_staff
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
    return {row.email: (row.is_done, row.text) for row in answer.context["rows"]}


def test_each_row_says_what_happened(staff: Client, three: list[SignupRequest]) -> None:
    first, second, third = three
    decide(staff, "deny", first.pk)
    answer = decide(staff, "approve", first.pk, second.pk, third.pk, NOBODY)
    rows = rows_of(answer)
    done = (True, "Approved: a member now. They get a mail, if the mail server takes it.")
    assert rows[second.user.email] == rows[third.user.email] == done
    is_done, text = rows[first.user.email]
    assert not is_done
    assert text.startswith("Was already denied by Olivia Owner (owner@example.com) on ")
    assert rows[""] == (False, "A request does not exist any more.")
    assert not Membership.objects.filter(user=first.user).exists()


def test_the_page_says_it_in_words(staff: Client, three: list[SignupRequest]) -> None:
    answer = decide(staff, "deny", three[0].pk, three[1].pk, is_notified="on")
    page = answer.content.decode()
    assert "Denied: 2 of 2" in page
    assert page.count("Denied. They get a mail, if the mail server takes it.") == 2
    assert f"{QUEUE}{three[0].pk}/change/" in page


@pytest.mark.parametrize(
    "backend",
    ["accounts.mail.ConsoleBackend", "django.core.mail.backends.filebased.EmailBackend"],
)
def test_without_a_mail_server_nobody_is_said_to_get_a_mail(
    staff: Client, three: list[SignupRequest], settings: Settings, backend: str, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = backend, str(tmp_path)
    asked = staff.get(f"{QUEUE}approve/{three[0].pk}/").content.decode()
    assert "No mail reaches them: no mail server is set up." in asked
    answer = decide(staff, "deny", three[0].pk, three[1].pk, is_notified="on")
    said = (True, "Denied. No mail reaches them: no mail server is set up.")
    assert set(rows_of(answer).values()) == {said}
    assert "They get a mail" not in asked + answer.content.decode()


def test_a_denial_says_that_the_mail_is_up_to_staff(
    staff: Client, three: list[SignupRequest]
) -> None:
    asked = staff.get(f"{QUEUE}deny/{three[0].pk}/").content.decode()
    assert "Only if this is ticked: they get a mail, if the mail server takes it." in asked


def test_a_silent_denial_says_that_no_mail_was_sent(
    staff: Client, three: list[SignupRequest]
) -> None:
    answer = decide(staff, "deny", three[0].pk, three[1].pk)
    assert set(rows_of(answer).values()) == {(True, "Denied. No mail was sent.")}


def page_of(answer: Answer) -> str:
    """The address that the browser came to."""
    return str(answer.redirect_chain[-1][0])


def test_a_reload_shows_it_again(staff: Client, three: list[SignupRequest]) -> None:
    """Who waits for a decision is not written into the session of whoever decided."""
    answer = decide(staff, "approve", three[0].pk, three[1].pk)
    assert "Approved: 2 of 2" in answer.content.decode()
    assert rows_of(staff.get(page_of(answer))) == rows_of(answer)
    for request in three:
        assert request.user.email not in repr(dict(staff.session))
    assert SignupRequest.objects.pending().get() == three[2]


def test_another_tab_overwrites_none(staff: Client, three: list[SignupRequest]) -> None:
    first = decide(staff, "deny", three[0].pk, three[1].pk)
    second = decide(staff, "deny", three[1].pk, three[2].pk)
    assert page_of(first) != page_of(second)
    assert rows_of(staff.get(page_of(first))) == rows_of(first)
    assert rows_of(staff.get(page_of(second))) == rows_of(second)


def test_the_oldest_of_a_few_is_forgotten(staff: Client, three: list[SignupRequest]) -> None:
    oldest, *others = [page_of(decide(staff, "deny", *(one.pk for one in three))) for _ in range(4)]
    assert staff.get(oldest)["Location"] == QUEUE
    assert [staff.get(page).status_code for page in others] == [200, 200, 200]


def test_a_colleague_does_not_see_it(staff: Client, three: list[SignupRequest]) -> None:
    answer = decide(staff, "deny", three[0].pk, three[1].pk)
    colleague = browser_of_staff()
    assert colleague.get(page_of(answer))["Location"] == QUEUE


def test_one_that_is_named_twice_is_decided_once(staff: Client, three: list[SignupRequest]) -> None:
    answer = decide(staff, "approve", three[0].pk, three[0].pk)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert f"Approved: {three[0].user.email}." in answer.content.decode()


def test_without_a_decision_there_is_nothing_to_tell(staff: Client) -> None:
    assert staff.get(f"{QUEUE}decided/{NOBODY}/")["Location"] == QUEUE


def test_it_is_told_to_nobody_else(owner: Actor, staff: Client, member: Actor) -> None:
    member.client.force_login(member.user)
    answer = member.client.get(f"{QUEUE}decided/{NOBODY}/")
    assert answer["Location"].startswith("/admin/login/")


def test_the_preview_shows_the_latest_note_of_each(
    staff: Client, three: list[SignupRequest]
) -> None:
    for text in ("an older one", "Met her at the fair"):
        staff.post(f"{QUEUE}{three[0].pk}/note/", {"text": text})
    page = ask_to_approve(staff, *three)
    assert "Met her at the fair" in page.content.decode()
    assert "an older one" not in page.content.decode()
