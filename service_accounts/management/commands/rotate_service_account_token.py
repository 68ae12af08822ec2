import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from accounts.commands import OperatorCommand, duration
from service_accounts.commands import add_account_arguments, get_account, get_one_token
from service_accounts.services.token import rotate_token

MAX_OVERLAP = dt.timedelta(days=30)


class Command(OperatorCommand):
    help = "Replace a token; the new one is printed: once, alone, on stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account_arguments(parser)
        parser.add_argument(
            "--overlap", type=duration, metavar="24h", help="how long the old token still works"
        )

    def handle(
        self,
        *,
        name: str,
        organization: str | None,
        hint: str | None,
        overlap: dt.timedelta | None,
        **options: Any,
    ) -> None:
        if overlap is not None and overlap > MAX_OVERLAP:
            raise CommandError("--overlap may be at most 30d", returncode=2)
        account = get_account(name=name, slug=organization)
        token = get_one_token(account=account, hint=hint)
        with transaction.atomic():
            issued = rotate_token(token=token, overlap=overlap or dt.timedelta(), by=self.actor)
            self.print_secret(issued.raw)
        self.say(f"{account.name}: {token.hint} replaced; the new token is shown this once")
        if not account.is_usable:
            self.say(f"{account.name} is disabled: its tokens are refused until it is enabled")
