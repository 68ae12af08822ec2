"""Decisions of two staff on one sign-up."""

from functools import partial
from itertools import cycle, islice
from typing import NamedTuple

import pytest

from tests.environment import IS_LONG
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race
from tests.races.office import Office

pytestmark = pytest.mark.race

ROUNDS = 10 if IS_LONG else 4
CONTROL_ROUNDS = 50
AT_ONCE = 50
STATUSES = {"approve": "approved", "deny": "denied"}
DECIDED = (
    "SELECT count(*) FROM accounts_auditevent WHERE action IN ('signup.approved', 'signup.denied')"
)


class Decision(NamedTuple):
    """What was decided, and by whom."""

    status: str
    user_id: str


class Round(NamedTuple):
    """The answers to one race, and which decisions counted by them; what is stored, and mailed."""

    answers: list[Answer]
    counted: list[Decision]
    stored: Decision
    mails: int


def decide_at_once(application: Application, staff: list[Office], email: str) -> Round:
    """Somebody signs up, and all staff approve and deny them."""
    application.client.register(email)
    office = staff[0]
    path = f"{office.home}/signup-requests?status=all"
    request = office.get(path)["signup_requests"][-1]["id"]
    each = [(word, one) for word in STATUSES for one in staff]
    decisions = list(islice(cycle(each), AT_ONCE))
    answers = race([partial(o.post, f"signup-requests/{request}/{word}") for word, o in decisions])
    counted = [
        Decision(STATUSES[word], one.user_id)
        for (word, one), answer in zip(decisions, answers, strict=True)
        if answer.is_success
    ]
    row = office.get(path)["signup_requests"][-1]
    stored = Decision(row["status"], row["resolved_by_user_id"])
    return Round(answers, counted, stored, len(application.mailbox.mails(email)))


def test_one_of_fifty_decisions_on_a_sign_up_counts(product: Application) -> None:
    """The naive decision lets several through, each with a mail; see the control below."""
    office = Office(product.client)
    staff = [office, office.appoint("deputy@example.com")]
    rounds = [decide_at_once(product, staff, f"applicant{n}@example.com") for n in range(ROUNDS)]
    answers = outcomes(answer for one in rounds for answer in one.answers)
    print(f"{ROUNDS} rounds × {AT_ONCE} decisions: {dict(answers)}")
    assert answers == {"204": ROUNDS, "signup_already_resolved": ROUNDS * (AT_ONCE - 1)}
    assert [one.counted for one in rounds] == [[one.stored] for one in rounds]
    assert [one.mails for one in rounds] == [1] * ROUNDS
    assert product.database.execute(DECIDED) == ROUNDS
    # The accounts follow the requests.
    statuses = "SELECT count(*) FROM accounts_user WHERE signup_status = '{}' AND email LIKE 'app%'"
    for status in STATUSES.values():
        expected = sum(one.stored.status == status for one in rounds)
        assert product.database.execute(statuses.format(status)) == expected


def test_the_naive_decision_counts_several_times(naive_team: Application) -> None:
    """It looks whether the request is pending, and then saves its own decision."""
    office = Office(naive_team.client)
    staff = [office, office.appoint("deputy@example.com")]
    for number in range(CONTROL_ROUNDS):
        result = decide_at_once(naive_team, staff, f"applicant{number}@example.com")
        if len(result.counted) > 1:
            break
    print(f"control, 1 round × {AT_ONCE} decisions: {len(result.counted)}, {result.mails} mails")
    assert len(result.counted) > 1
    assert result.mails > 1
