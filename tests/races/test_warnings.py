"""Ten nodes whose cron starts mail_expiring_tokens at the same moment."""

import pytest

from tests.races.applications import Application
from tests.races.office import Office
from tests.races.replicas import AT_ONCE, run_at_once

pytestmark = pytest.mark.race

HELD = ("tests.races.held",)
OWNER = "owner@example.com"
CONTROL_ROUNDS = 10


def set_up(application: Application) -> None:
    """An organization, and a token that ends in six days."""
    application.database.clear()
    for file in application.mailbox.folder.iterdir():
        file.unlink()
    Office(application.client)
    command = ("create_service_account", "Robot", "--expires-in", "6d")
    assert application.server.manage(*command).returncode == 0


def test_the_owner_gets_one_mail(product: Application) -> None:
    """Naive runs send several; see the control below."""
    set_up(product)
    ended = run_at_once(product, (*HELD, "mail_expiring_tokens"), b"go")
    assert [done.returncode for done in ended] == [0] * AT_ONCE
    assert len(product.mailbox.mails(to=OWNER)) == len(product.mailbox.mails()) == 1
    assert sum("1 mail(s) about 1 token(s)" in done.stderr for done in ended) == 1


def test_naive_runs_send_several(product: Application) -> None:
    """Each looks before any of them has written that it was done."""
    for _ in range(CONTROL_ROUNDS):
        set_up(product)
        run_at_once(product, (*HELD, "naive"), b"go")
        if (mails := len(product.mailbox.mails(to=OWNER))) > 1:
            break
    print(f"control: {mails} mails from {AT_ONCE} runs")
    assert mails > 1
