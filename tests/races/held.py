"""A command that waits for its pipe, loaded: `python -m tests.races.held NAME PIPE`.

`naive` instead of a name is the control of `mail_expiring_tokens`: whether a token is to be told of
is looked up, and written down when the mail is out.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts import mail  # noqa: E402  (models need the set-up above)
from service_accounts.models import ServiceAccountToken  # noqa: E402


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
