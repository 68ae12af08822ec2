"""The control for the digest: it looks who had none today, sends, and marks at the end.
It waits for its pipe, loaded: `tests.races.forked` runs it."""

import datetime as dt
import sys
from pathlib import Path

from django.core.management import call_command

from accounts.models import User
from organizations.models import SignupMailChoice
from organizations.services import signup_digest


def claim(user: User, today: dt.date) -> bool:
    choice = SignupMailChoice.objects.get(pk=user.pk)
    if choice.digest_sent_on == today:
        return False
    choice.digest_sent_on = today
    choice.save(update_fields=["digest_sent_on"])
    return True


if __name__ == "__main__":
    signup_digest._claim = claim
    Path(sys.argv[1]).read_text()
    call_command("send_signup_digest")
