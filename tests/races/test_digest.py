"""The digest of a day, sent by several nodes at the same moment."""

import subprocess
import sys
import time
from collections import Counter
from functools import partial

import pytest

from tests.races.applications import Application
from tests.races.client import race
from tests.server import ROOT

pytestmark = pytest.mark.race

STAFF = [f"staff{number:02}@example.com" for number in range(12)]
AT_ONCE = 4
CONTROL_ROUNDS = 10
START_SECONDS = 6  # for processes to load what they need; then all begin at the same moment
SCRIPT = """
import sys, time, django
django.setup()
from django.core.management import call_command
if sys.argv[2] == "naive":
    import tests.races.naive_digest
time.sleep(max(0.0, float(sys.argv[1]) - time.time()))
call_command("send_signup_digest")
"""
HIRE = (
    "UPDATE accounts_user SET signup_status = 'approved', is_staff = true, is_superuser = true"
    " WHERE email LIKE 'staff%'"
)
CHOOSE = (
    "INSERT INTO organizations_signupmailchoice (user_id, frequency)"
    " SELECT id, 'daily' FROM accounts_user WHERE email LIKE 'staff%'"
)


def run_at(moment: float, application: Application, kind: str) -> int:
    """A process of its own, as cron on another node would start it; returns its exit code."""
    command = [sys.executable, "-c", SCRIPT, str(moment), kind]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(application.server.environment), check=False, timeout=60
    )
    return done.returncode


def digests_of(application: Application, kind: str) -> list[int]:
    """How many digests each of the staff got, from several runs at once."""
    application.database.clear()
    before = Counter[str]({to: len(application.mailbox.mails(to)) for to in STAFF})
    application.client.register("owner@example.com")
    for address in [*STAFF, "nora@example.com"]:
        application.client.register(address)
    application.database.change(HIRE)
    application.database.change(CHOOSE)
    moment = time.time() + START_SECONDS
    assert race([partial(run_at, moment, application, kind)] * AT_ONCE) == [0] * AT_ONCE
    return [len(application.mailbox.mails(to)) - before[to] for to in STAFF]


def test_four_runs_at_once_send_each_one_mail(product: Application) -> None:
    """The naive claim sends several; see the control below."""
    mails = digests_of(product, "product")
    print(f"{AT_ONCE} runs at once, {len(STAFF)} staff: {sum(mails)} mails")
    assert mails == [1] * len(STAFF)


def test_the_naive_claim_sends_several(product: Application) -> None:
    """It looks whether today's was sent, and then says so."""
    for _ in range(CONTROL_ROUNDS):
        mails = digests_of(product, "naive")
        if sum(mails) > len(STAFF):
            break
    print(f"control, {AT_ONCE} runs at once, {len(STAFF)} staff: {sum(mails)} mails")
    assert sum(mails) > len(STAFF)
