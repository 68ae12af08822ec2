from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import OperatorCommand
from organizations.models.signup_request import MAX_REASON_LENGTH
from organizations.services.signup_request import deny_signup, get_request_of


class Command(OperatorCommand):
    help = "Deny a sign-up request; the applicant is logged out and gets a mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--reason", default="", help="for staff; the applicant never sees it")
        parser.add_argument("--no-mail", action="store_true", help="do not tell the applicant")

    def handle(self, *, email: str, reason: str, no_mail: bool, **options: Any) -> None:
        if len(reason) > MAX_REASON_LENGTH:
            limit = f"--reason may have at most {MAX_REASON_LENGTH} characters"
            raise CommandError(limit, returncode=2)
        request = deny_signup(
            request_id=get_request_of(email=email).pk,
            by=self.actor,
            reason=reason,
            is_notified=not no_mail,
        )
        self.say(f"{request.user.email}: denied")
