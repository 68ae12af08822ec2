"""Creating service accounts."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tokens import digest
from config.exceptions import Conflict, DomainError, Forbidden
from organizations.access import Access
from organizations.models import MemberRole, Membership, Organization, Role
from service_accounts.models import DEFAULT_OPENROUTER_MODEL, ServiceAccount, ServiceAccountToken
from service_accounts.tokens import hint, make_token


class ServiceAccountNameTaken(Conflict):
    error = "service account name taken"
    code = "service_account_name_taken"


class UnknownRole(DomainError):
    error = "unknown role"
    code = "unknown_role"


class ServiceAccountsCannotBeOwners(DomainError):
    error = "service accounts cannot be owners"
    code = "service_accounts_cannot_be_owners"


class ExpiryInThePast(DomainError):
    error = "expires_at must be in the future"
    code = "expires_at_not_in_future"


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which AI service runs behind the account; kept for clients, unused here."""

    provider: str
    openrouter_model: str
    cursor_default_repo_url: str
    cursor_default_ref: str

    @classmethod
    def of(
        cls,
        *,
        provider: str | None = None,
        openrouter_model: str | None = None,
        cursor_default_repo_url: str | None = None,
        cursor_default_ref: str | None = None,
    ) -> "ProviderSettings":
        """What was asked for; OpenRouter has a default model."""
        provider = provider or ServiceAccount.Provider.OPENROUTER
        is_openrouter = provider == ServiceAccount.Provider.OPENROUTER
        default_model = DEFAULT_OPENROUTER_MODEL if is_openrouter else ""
        return cls(
            provider=provider,
            openrouter_model=openrouter_model or default_model,
            cursor_default_repo_url=cursor_default_repo_url or "",
            cursor_default_ref=cursor_default_ref or "",
        )


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token at the only moment when its raw value is known."""

    raw: str = field(repr=False)
    token: ServiceAccountToken


def create_service_account(
    *,
    organization: Organization,
    name: str,
    roles: Collection[Role],
    created_by: User | None,
    settings: ProviderSettings | None = None,
    expires_at: dt.datetime | None = None,
) -> IssuedToken:
    """A service account with its backing user, membership, roles and first token, or nothing.

    `expires_at` None means never. Raises ServiceAccountNameTaken (names differ beyond case),
    ServiceAccountsCannotBeOwners or ExpiryInThePast.
    """
    if any(role.is_system for role in roles):
        raise ServiceAccountsCannotBeOwners
    if expires_at is not None and expires_at <= timezone.now():
        raise ExpiryInThePast(fields={"expires_at": ["invalid"]})
    settings = settings or ProviderSettings.of()
    account = ServiceAccount(
        organization=organization,
        name=name,
        name_key=name.casefold(),
        created_by=created_by,
        provider=settings.provider,
        openrouter_model=settings.openrouter_model,
        cursor_default_repo_url=settings.cursor_default_repo_url,
        cursor_default_ref=settings.cursor_default_ref,
    )
    with transaction.atomic():
        account.user = _create_backing_user(account)
        _insert(account)
        _add_member(account, roles)
        return issue_token(account=account, expires_at=expires_at)


def issue_token(*, account: ServiceAccount, expires_at: dt.datetime | None) -> IssuedToken:
    """One more token of the account."""
    raw_token = make_token()
    token = ServiceAccountToken.objects.create(
        service_account=account,
        digest=digest(raw_token),
        hint=hint(raw_token),
        expires_at=expires_at,
    )
    return IssuedToken(raw=raw_token, token=token)


def get_roles(*, organization_id: uuid.UUID, role_ids: Collection[uuid.UUID]) -> list[Role]:
    """The organization's roles with these ids. Raises UnknownRole unless all exist."""
    roles = list(Role.objects.filter(organization_id=organization_id, pk__in=role_ids))
    if len(roles) != len(set(role_ids)):
        raise UnknownRole(fields={"role_ids": ["does_not_exist"]})
    return roles


def get_roles_by_name(*, organization: Organization, names: Collection[str]) -> list[Role]:
    """The organization's roles with these names, without regard to case. Raises UnknownRole."""
    keys = {name.strip().casefold() for name in names}
    roles = list(Role.objects.filter(organization=organization, name_key__in=keys))
    if len(roles) != len(keys):
        unknown = sorted(keys - {role.name_key for role in roles})
        raise UnknownRole(error=f"unknown role: {', '.join(unknown)}")
    return roles


def find_oldest_owner(*, organization: Organization) -> User | None:
    """Who has held Owner longest: in whose name a command acts."""
    owners = User.objects.filter(
        memberships__organization=organization, memberships__roles__is_system=True
    )
    return owners.order_by("memberships__created_at", "pk").first()


def require_grantable(*, access: Access, roles: Iterable[Role]) -> None:
    """Nobody hands out a permission that they do not hold. Raises Forbidden."""
    for role in roles:
        access.require(*role.granted)
        if role.is_system and not access.is_owner:
            raise Forbidden


def _create_backing_user(account: ServiceAccount) -> User:
    # .invalid is reserved (RFC 2606): no mail can reach it and nobody can register it.
    user = User.objects.build(
        f"{account.pk}@service-accounts.invalid",
        password_hash="",
        display_name=account.name,
        kind=User.Kind.SERVICE,
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def _insert(account: ServiceAccount) -> None:
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise ServiceAccountNameTaken from error


def _add_member(account: ServiceAccount, roles: Collection[Role]) -> None:
    membership = Membership.objects.create(
        organization_id=account.organization_id, user=account.user
    )
    MemberRole.objects.bulk_create(MemberRole(membership=membership, role=role) for role in roles)
