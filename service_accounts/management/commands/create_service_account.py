import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from accounts.commands import OperatorCommand, as_json, duration, timestamp
from organizations.models import Organization
from organizations.services.membership import find_oldest_owner, get_roles_by_name
from service_accounts.commands import get_organization
from service_accounts.models import (
    MAX_SERVICE_ACCOUNT_NAME_LENGTH,
    ServiceAccount,
    ServiceAccountToken,
)
from service_accounts.services.account import (
    ServiceAccountNameTaken,
    create_service_account,
)
from service_accounts.services.token import IssuedToken


class Command(OperatorCommand):
    help = "Create a service account and print its token: once, alone, on stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--organization", metavar="SLUG", help="needed where there are several")
        parser.add_argument(
            "--role", action="append", default=[], dest="roles", metavar="ROLE", help="repeatable"
        )
        parser.add_argument(
            "--expires-in", type=duration, metavar="90d", help="default: the token never expires"
        )
        parser.add_argument(
            "--if-missing", action="store_true", help="succeed, without a token, if it exists"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON object")

    def handle(
        self,
        *,
        name: str,
        organization: str | None,
        roles: list[str],
        expires_in: dt.timedelta | None,
        if_missing: bool,
        json: bool,
        **options: Any,
    ) -> None:
        name = _checked_name(name)
        home = get_organization(slug=organization)
        try:
            with transaction.atomic():
                issued = create_service_account(
                    organization=home,
                    name=name,
                    roles=get_roles_by_name(organization=home, names=roles),
                    created_by=find_oldest_owner(organization=home),
                    expires_at=timezone.now() + expires_in if expires_in else None,
                    by=self.actor,
                )
                self._print_token(issued, is_json=json)
        except ServiceAccountNameTaken:
            if not if_missing:
                raise
            self._report_existing(home, name, is_json=json)
        else:
            self.say(f"created {name}; the token is shown this once")

    def _print_token(self, issued: IssuedToken, *, is_json: bool) -> None:
        account = issued.token.service_account
        result = _result(account, issued.token, raw_token=issued.raw)
        self.print_secret(as_json(result) if is_json else issued.raw)

    def _report_existing(self, home: Organization, name: str, *, is_json: bool) -> None:
        account = ServiceAccount.objects.select_related("organization").get(
            organization=home, name_key=name.casefold()
        )
        if is_json:
            newest = account.tokens.usable(timezone.now()).order_by("-created_at").first()
            self.print_json(_result(account, newest, raw_token=None))
        self.say(f"{account.name} exists; nothing was changed")


def _checked_name(text: str) -> str:
    name = text.strip()
    if not (name and name.isprintable() and len(name) <= MAX_SERVICE_ACCOUNT_NAME_LENGTH):
        message = f"NAME must be one line of 1 to {MAX_SERVICE_ACCOUNT_NAME_LENGTH} characters"
        raise CommandError(message, returncode=2)
    return name


def _result(
    account: ServiceAccount, token: ServiceAccountToken | None, *, raw_token: str | None
) -> dict[str, object]:
    return {
        "id": str(account.pk),
        "name": account.name,
        "organization": account.organization.slug,
        "token": raw_token,
        "hint": token.hint if token else None,
        "expires_at": timestamp(token.expires_at) if token else None,
        "created": raw_token is not None,
    }
