"""A command that waits for its pipe, loaded: `tests.races.forked` runs it with NAME PIPE.

`naive` instead of a name is the control of `mail_expiring_tokens`: whether a token is to be told of
is looked up, and written down when the mail is out.
"""

import sys
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from accounts import mail
from service_accounts.models import ServiceAccountToken


def tell_naively() -> None:
    usable = ServiceAccountToken.objects.usable(timezone.now())
    for token in usable.filter(warned_days__isnull=True):
        mail.send_now("tokens_expiring", {"notices": []}, "owner@example.com")
        token.warned_days = 7
        token.save(update_fields=["warned_days"])


if __name__ == "__main__":
    name, pipe = sys.argv[1:]
    Path(pipe).read_text()
    if name == "naive":
        tell_naively()
    else:
        call_command(name)
