"""The digest of a day, sent by several nodes at the same moment."""

from collections import Counter

import pytest

from tests.races.applications import Application
from tests.races.replicas import AT_ONCE, run_at_once

pytestmark = pytest.mark.race

STAFF = [f"staff{number:02}@example.com" for number in range(12)]
CONTROL_ROUNDS = 10
HELD = ("tests.races.held", "send_signup_digest")
NAIVE = ("tests.races.naive_digest",)
HIRE = (
    "UPDATE accounts_user SET signup_status = 'approved', is_staff = true, is_superuser = true"
    " WHERE email LIKE 'staff%'"
)
CHOOSE = (
    "INSERT INTO organizations_signupmailchoice (user_id, frequency)"
    " SELECT id, 'daily' FROM accounts_user WHERE email LIKE 'staff%'"
)


def digests_of(application: Application, command: tuple[str, ...]) -> list[int]:
    """How many digests each of the staff got, from several runs at once."""
    application.database.clear()
    before = Counter[str]({to: len(application.mailbox.mails(to)) for to in STAFF})
    application.client.register("owner@example.com")
    for address in [*STAFF, "nora@example.com"]:
        application.client.register(address)
    application.database.change(HIRE)
    application.database.change(CHOOSE)
    ended = run_at_once(application, command, b"go")
    assert [done.returncode for done in ended] == [0] * AT_ONCE
    return [len(application.mailbox.mails(to)) - before[to] for to in STAFF]


def test_ten_runs_at_once_send_each_one_mail(product: Application) -> None:
    """The naive claim sends several; see the control below."""
    mails = digests_of(product, HELD)
    print(f"{AT_ONCE} runs at once, {len(STAFF)} staff: {sum(mails)} mails")
    assert mails == [1] * len(STAFF)


def test_the_naive_claim_sends_several(product: Application) -> None:
    """It looks whether today's was sent, and then says so."""
    for _ in range(CONTROL_ROUNDS):
        mails = digests_of(product, NAIVE)
        if sum(mails) > len(STAFF):
            break
    print(f"control, {AT_ONCE} runs at once, {len(STAFF)} staff: {sum(mails)} mails")
    assert sum(mails) > len(STAFF)
