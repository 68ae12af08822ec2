from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import OperatorCommand
from service_accounts.commands import (
    add_account_arguments,
    get_account,
    get_one_token,
    list_active_tokens,
)
from service_accounts.services.token import revoke_token


class Command(OperatorCommand):
    help = "Make a token (or all) of a service account useless at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account_arguments(parser)
        parser.add_argument("--all", action="store_true", dest="is_all", help="every token")

    def handle(
        self,
        *,
        name: str,
        organization: str | None,
        hint: str | None,
        is_all: bool,
        **options: Any,
    ) -> None:
        if is_all and hint:
            raise CommandError("give --hint or --all, not both", returncode=2)
        account = get_account(name=name, slug=organization)
        tokens = list_active_tokens(account=account)
        if not is_all:
            tokens = [get_one_token(account=account, hint=hint)]
        for token in tokens:
            revoke_token(token=token, by=self.actor)
            self.say(f"{account.name}: {token.hint} revoked")
        if not tokens:
            self.say(f"{account.name} has no active token")
