from typing import Any

from django.core.management.base import CommandError

from accounts.commands import OperatorCommand
from organizations.services.signup_digest import send_signup_digests


class Command(OperatorCommand):
    help = "Mail who waits to the staff who chose one mail a day. Run it daily, on any node."

    def handle(self, **options: Any) -> None:
        digests = send_signup_digests()
        self.say(f"{digests.sent} digest(s) sent")
        if digests.failed:
            raise CommandError(f"{digests.failed} could not be sent; run it again")
