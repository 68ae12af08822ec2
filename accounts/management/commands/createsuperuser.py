from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError

from accounts.commands import OperatorCommand
from accounts.models import User


class Command(createsuperuser.Command, OperatorCommand):
    """Django's command, which tells of an outage in one line; the password policy holds."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        # Django's would only mention it, and say by its exit code that all is well.
        if options["interactive"] and not self.stdin.isatty():
            raise CommandError(
                "there is no terminal to ask on: set DJANGO_SUPERUSER_PASSWORD, "
                "and give --no-input and --email ADDRESS"
            )
        return super().handle(*args, **options)

    def _validate_username(self, username: str, *args: Any) -> str | None:
        if User.objects.find_by_email(username or "") is not None:
            return f"{username} has an account already, which stays as it is: name another address."
        problem: str | None = super()._validate_username(username, *args)  # type: ignore[misc]  # Django's stubs leave it out
        return problem
