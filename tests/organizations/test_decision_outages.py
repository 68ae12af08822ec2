"""The database goes away while several sign-ups are decided: what was done is told, and kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as StoredSession
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client

from organizations.models import Membership, Organization, SignupRequest
from tests.config.outage import SECRET, outage_at
from tests.conftest import Answer
from tests.factories import SignupRequestFactory
from tests.organizations.signups import QUEUE

pytestmark = pytest.mark.django_db(transaction=True)

AUDIT = 'INSERT INTO "accounts_auditevent"'
SESSION = 'UPDATE "django_session"'
LOST = "Not done, as far as is known: the database could not be reached. Try again."
UNTRIED = "Not tried, as the database could not be reached. Try again."


@pytest.fixture
def four(organization: Organization) -> list[SignupRequest]:
    return SignupRequestFactory.create_batch(4, organization=organization)


def decide(browser: Client, decision: str, *requests: SignupRequest) -> Answer:
    form = {"ids": [str(request.pk) for request in requests], "is_notified": "on"}
    return browser.post(f"{QUEUE}{decision}/selected/", form)


def told(answer: Answer) -> list[tuple[str, bool, str]]:
    return [(row.email, row.is_done, row.text) for row in answer.context["rows"]]


def is_row(request: SignupRequest, row: tuple[str, bool, str], text: str) -> bool:
    return row == (request.user.email, text not in {LOST, UNTRIED}, text)


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_the_answer_is_the_table_of_what_was_done(
    staff: Client, four: list[SignupRequest], decision: str
) -> None:
    with outage_at(AUDIT, times=5 if decision == "approve" else 3) as outage:
        answer = decide(staff, decision, *four)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    rows = told(answer)
    assert [is_done for _, is_done, _ in rows] == [True, True, False, False]
    assert is_row(four[2], rows[2], LOST)
    assert is_row(four[3], rows[3], UNTRIED)
    page = answer.content.decode()
    assert ": 2 of 4" in page
    assert "What was done stays done." in page
    assert SECRET not in page
    assert outage.tried_since <= 2  # to keep the table, and not one for each request
    assert list(SignupRequest.objects.pending().order_by("pk")) == four[2:]


def test_who_is_logged_out_meanwhile_is_led_to_the_log_in(
    staff: Client, four: list[SignupRequest]
) -> None:
    def end_session(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql.startswith(AUDIT):  # in the transaction of a decision
            StoredSession.objects.all().delete()
        return execute(sql, *arguments)

    with connection.execute_wrapper(end_session):
        answer = decide(staff, "approve", *four)
    assert answer.status_code == 302
    assert not SignupRequest.objects.pending().exists()
    assert "/admin/login/" in staff.get(answer["Location"])["Location"]
    assert not StoredSession.objects.exists()


def test_what_an_outage_ended_is_no_half_decision(
    staff: Client, four: list[SignupRequest], mailoutbox: list[EmailMessage]
) -> None:
    with outage_at('INSERT INTO "django_admin_log"', times=2):
        decide(staff, "approve", *four)
    assert Membership.objects.filter(user__signup_request__in=four).count() == 1
    assert LogEntry.objects.count() == 1
    assert [mail.to for mail in mailoutbox] == [[four[0].user.email]]
    again = decide(staff, "approve", *four)
    assert [row.is_done for row in staff.get(again["Location"]).context["rows"]] == [
        False,
        True,
        True,
        True,
    ]


def test_after_an_outage_of_a_moment_the_table_is_kept(
    staff: Client, four: list[SignupRequest]
) -> None:
    with outage_at(AUDIT, times=3, lasts=False):
        answer = decide(staff, "deny", *four)
    assert answer.status_code == 302
    rows = told(staff.get(answer["Location"]))
    assert is_row(four[1], rows[1], rows[0][2])
    assert is_row(four[2], rows[2], LOST)
    assert is_row(four[3], rows[3], UNTRIED)


def test_an_outage_after_the_last_decision_loses_no_table(
    staff: Client, four: list[SignupRequest]
) -> None:
    with outage_at(SESSION):
        answer = decide(staff, "deny", *four)
    assert answer.status_code == 503
    assert all(is_done for _, is_done, _ in told(answer))
    assert not SignupRequest.objects.pending().exists()
    assert staff.get(QUEUE).status_code == 200


def test_of_one_it_is_told_as_well(staff: Client, four: list[SignupRequest]) -> None:
    with outage_at(AUDIT):
        answer = decide(staff, "deny", four[0])
    assert answer.status_code == 503
    assert is_row(four[0], told(answer)[0], LOST)
    assert SignupRequest.objects.pending().count() == 4
