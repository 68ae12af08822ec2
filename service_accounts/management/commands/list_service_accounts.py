import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from accounts.commands import OperatorCommand, duration, in_table, timestamp
from service_accounts.commands import get_organization
from service_accounts.models import (
    ServiceAccount,
    ServiceAccountQuerySet,
    ServiceAccountToken,
)


class Command(OperatorCommand):
    help = "List service accounts with the hints of their usable tokens, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="default: of all")
        parser.add_argument(
            "--expiring",
            type=duration,
            metavar="14d",
            help="only tokens that expire within this time, or did so and have no successor;"
            " exit code 1 if there are any",
        )
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(
        self,
        *,
        organization: str | None,
        expiring: dt.timedelta | None,
        json: bool,
        **options: Any,
    ) -> None:
        accounts = _accounts(timezone.now(), expiring)
        if organization is not None:
            accounts = accounts.filter(organization=get_organization(slug=organization))
        found = list(accounts.newest_first())
        if json:
            self.print_json([_row(account) for account in found])
        else:
            header = ("NAME", "ORGANIZATION", "ACTIVE", "TOKENS", "EXPIRES", "LAST USED", "CREATED")
            self.print_table(header, [_cells(account) for account in found])
        if expiring and found:
            self.end(1)


def _accounts(now: dt.datetime, expiring: dt.timedelta | None) -> ServiceAccountQuerySet:
    """With the tokens that are asked for; all accounts, or those that have such a token."""
    tokens = ServiceAccountToken.objects.all()
    if expiring is None:
        return ServiceAccount.objects.with_tokens(tokens.usable(now))
    tokens = tokens.expiring(now, expiring) | tokens.just_expired(now, expiring)
    accounts = ServiceAccount.objects.filter(pk__in=tokens.values("service_account"))
    return accounts.with_tokens(tokens)


def _row(account: ServiceAccount) -> dict[str, object]:
    return {
        "id": str(account.pk),
        "name": account.name,
        "organization": account.organization.slug,
        "is_active": account.is_active,
        "created_at": timestamp(account.created_at),
        "tokens": [
            {
                "hint": token.hint,
                "last_used_at": timestamp(token.last_used_at),
                "expires_at": timestamp(token.expires_at),
            }
            for token in account.tokens.all()
        ],
    }


def _cells(account: ServiceAccount) -> tuple[str, ...]:
    tokens = account.tokens.all()
    ends = [token.expires_at for token in tokens if token.expires_at]
    used = [token.last_used_at for token in tokens if token.last_used_at]
    return (
        account.name,
        account.organization.slug,
        "yes" if account.is_usable else "no",
        ", ".join(token.hint for token in tokens) or "-",
        in_table(min(ends, default=None), "never" if tokens else "-"),
        in_table(max(used, default=None), "never"),
        in_table(account.created_at, ""),
    )
