from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import OperatorCommand
from config.exceptions import DomainError
from organizations.models import SignupRequest
from organizations.services.signup_request import approve_signup, get_request_of


class Command(OperatorCommand):
    help = "Approve sign-up requests; each applicant becomes a member and gets a mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("emails", nargs="*", metavar="EMAIL")
        parser.add_argument(
            "--all", action="store_true", dest="is_all", help="every pending request"
        )

    def handle(self, *, emails: list[str], is_all: bool, **options: Any) -> None:
        if bool(emails) == is_all:
            raise CommandError("name e-mail addresses or give --all", returncode=2)
        if is_all:
            pending = SignupRequest.objects.pending().oldest_first()
            emails = list(pending.values_list("user__email", flat=True))
        refused = sum(not self._approve(email) for email in emails)
        self.say(f"{len(emails) - refused} approved")
        if refused:
            raise CommandError(f"{refused} of {len(emails)} refused")

    def _approve(self, email: str) -> bool:
        try:
            request = get_request_of(email=email)
            approve_signup(request_id=request.pk, by=self.actor)
        except DomainError as error:
            self.say(f"{email}: {error.error}")
            return False
        self.say(f"{request.user.email}: approved")
        return True
