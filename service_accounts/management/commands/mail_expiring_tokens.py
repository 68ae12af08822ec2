from typing import Any

from django.core.management.base import CommandError

from accounts.commands import OperatorCommand
from service_accounts.services.expiry import warn_of_expiry


class Command(OperatorCommand):
    help = (
        "Mail owners of tokens that expire within 30, 7 or 1 days, once each. Run it daily, on any"
        " number of nodes."
    )

    def handle(self, **options: Any) -> None:
        warned = warn_of_expiry()
        if warned.failed:
            raise CommandError(
                f"{warned.mails} mail(s) sent, {warned.failed} could not be: see the log. Tokens of"
                " which nobody was told come again in the next run"
            )
        if warned.mails:
            self.say(f"{warned.mails} mail(s) about {warned.tokens} token(s)")
        else:
            self.say("nobody needs to be told of anything")
