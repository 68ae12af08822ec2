"""What the service account commands share."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.utils import timezone

from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken


def get_organization(*, slug: str | None) -> Organization:
    """The organization with this slug; without one, the only one there is.

    Raises CommandError (exit code 1) where that is none, or not one.
    """
    if slug is not None:
        organization = Organization.objects.filter(slug=slug).first()
        if organization is None:
            raise CommandError(f"no organization has the slug {slug}")
        return organization
    candidates = list(Organization.objects.order_by("created_at", "pk")[:2])
    if not candidates:
        raise CommandError("no organization exists yet: register the first account")
    if len(candidates) > 1:
        raise CommandError("there are several organizations: name one with --organization SLUG")
    return candidates[0]


def add_account_arguments(parser: ArgumentParser) -> None:
    """NAME, --organization and --hint."""
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--organization", metavar="SLUG", help="needed where there are several")
    parser.add_argument(
        "--hint", metavar="…4", help="the token's last four digits; needed where there are several"
    )


def get_account(*, name: str, slug: str | None) -> ServiceAccount:
    """The service account with this name. Raises CommandError (exit code 1)."""
    home = get_organization(slug=slug)
    accounts = ServiceAccount.objects.select_related("organization", "user")
    account = accounts.filter(organization=home, name_key=name.strip().casefold()).first()
    if account is None:
        raise CommandError(f"{home.slug} has no service account {name}")
    return account


def list_active_tokens(*, account: ServiceAccount) -> list[ServiceAccountToken]:
    """The account's usable tokens, oldest first."""
    tokens = ServiceAccountToken.objects.usable(timezone.now()).filter(service_account=account)
    return list(tokens.select_related("service_account").order_by("created_at", "pk"))


def get_one_token(*, account: ServiceAccount, hint: str | None) -> ServiceAccountToken:
    """The active token that ends in `hint` (written as 1234, …1234 or sa_…1234); without a hint,
    the only one there is. Raises CommandError (exit code 1)."""
    tokens = list_active_tokens(account=account)
    if hint is not None:
        digits = hint.rpartition("…")[2]
        if not digits:
            raise CommandError("--hint needs the token's last digits", returncode=2)
        tokens = [token for token in tokens if token.hint.endswith(digits)]
    if not tokens and hint is None:
        raise CommandError(
            f"{account.name} has no active token: an owner issues one through the API"
            f" (POST /api/v1/organizations/{account.organization_id}"
            f"/service-accounts/{account.pk}/tokens)"
        )
    if not tokens:
        raise CommandError(f"{account.name} has no such active token")
    if len(tokens) > 1:
        hints = ", ".join(token.hint for token in tokens)
        raise CommandError(f"{account.name} has several active tokens: name one of {hints}")
    return tokens[0]
