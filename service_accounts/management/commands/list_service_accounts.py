from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from accounts.commands import OperatorCommand, timestamp
from service_accounts.commands import get_organization
from service_accounts.models import ServiceAccount


class Command(OperatorCommand):
    help = "List service accounts with the hints of their usable tokens, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="default: of all")
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *, organization: str | None, json: bool, **options: Any) -> None:
        accounts = ServiceAccount.objects.with_usable_tokens(timezone.now()).newest_first()
        if organization is not None:
            accounts = accounts.filter(organization=get_organization(slug=organization))
        if json:
            self.print_json([_row(account) for account in accounts])
            return
        header = ("NAME", "ORGANIZATION", "ACTIVE", "TOKENS", "LAST USED", "CREATED")
        self.print_table(header, [_cells(account) for account in accounts])


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
    used = [token.last_used_at for token in account.tokens.all() if token.last_used_at]
    return (
        account.name,
        account.organization.slug,
        "yes" if account.is_active else "no",
        ", ".join(token.hint for token in account.tokens.all()) or "-",
        max(used).strftime("%Y-%m-%d %H:%M") if used else "never",
        account.created_at.strftime("%Y-%m-%d %H:%M"),
    )
