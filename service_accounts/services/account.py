"""Service accounts: created, changed, deleted."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction

from accounts.actor import Actor
from accounts.audit import Action, Details, changes, record
from accounts.models import User
from config.exceptions import Conflict, DomainError
from organizations.models import MemberRole, Membership, Organization, Role
from organizations.services.membership import ServiceAccountsCannotBeOwners, get_roles
from service_accounts.models import DEFAULT_OPENROUTER_MODEL, ServiceAccount
from service_accounts.services.token import (
    IssuedToken,
    ServiceAccountNotFound,
    issue_token,
    lock_account,
    require_future,
)


class ServiceAccountNameTaken(Conflict):
    error = "service account name taken"
    code = "service_account_name_taken"


class OpenrouterModelMissing(DomainError):
    error = "openrouter_model is required when provider is openrouter"
    code = "openrouter_model_required"


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


def create_service_account(
    *,
    organization: Organization,
    name: str,
    roles: Collection[Role],
    created_by: User | None,
    by: Actor,
    settings: ProviderSettings | None = None,
    expires_at: dt.datetime | None = None,
    managed_by: str = "",
    token_id: uuid.UUID | None = None,
) -> IssuedToken:
    """A service account with its backing user, membership, roles and first token, or nothing.

    `expires_at` None means never; `managed_by` names the file that declares it; `token_id` is that
    of `issue_token`. Raises UnknownRole (one was deleted meanwhile), ServiceAccountNameTaken (names
    differ beyond case), ServiceAccountsCannotBeOwners, ExpiryInThePast or AlreadyIssued.
    """
    if any(role.is_system for role in roles):
        raise ServiceAccountsCannotBeOwners
    require_future(expires_at)
    account = ServiceAccount(
        organization=organization,
        created_by=created_by,
        managed_by=managed_by,
        **asdict(settings or ProviderSettings.of()),
    )
    account.rename(name)
    with transaction.atomic():
        role_ids = [role.pk for role in roles]
        get_roles(organization_id=organization.pk, role_ids=role_ids, is_locking=True)
        account.user = _create_backing_user(account)
        _store(account)
        _add_member(account, roles)
        _record(Action.SERVICE_ACCOUNT_CREATED, account, by, after={"name": name})
        return issue_token(account=account, expires_at=expires_at, by=by, token_id=token_id)


def get_service_account(*, organization_id: uuid.UUID, account_id: uuid.UUID) -> ServiceAccount:
    """Raises ServiceAccountNotFound."""
    accounts = ServiceAccount.objects.select_related("user", "organization")
    account = accounts.filter(organization_id=organization_id, pk=account_id).first()
    if account is None:
        raise ServiceAccountNotFound
    return account


def change_service_account(
    *, account: ServiceAccount, changed: dict[str, str | bool], by: Actor
) -> None:
    """Set these fields (name, is_active, the provider's), and no others: who renames an account
    does not enable one that was disabled meanwhile. Disabling is reversible.

    Raises OpenrouterModelMissing, ServiceAccountNameTaken or ServiceAccountNotFound.
    """
    was, now = changes({name: getattr(account, name) for name in changed}, changed)
    for name, value in now.items():
        setattr(account, name, value)
    is_openrouter = account.provider == ServiceAccount.Provider.OPENROUTER
    if is_openrouter and not account.openrouter_model:
        raise OpenrouterModelMissing(fields={"openrouter_model": ["required"]})
    if not now:
        return
    with transaction.atomic():
        lock_account(account)
        if "name" in now:
            account.rename(account.name)
            User.objects.filter(pk=account.user_id).update(display_name=account.name)
        _store(account, *now, *(["name_key"] if "name" in now else []))
        _record(Action.SERVICE_ACCOUNT_CHANGED, account, by, before=was, after=now)


def delete_service_account(*, account: ServiceAccount, by: Actor) -> None:
    """Delete the account, its backing user and its tokens, which are dead at once.

    Raises ServiceAccountNotFound.
    """
    with transaction.atomic():
        lock_account(account)
        # Whoever gives it a role at this moment waits, and finds no member.
        list(Membership.objects.select_for_update().filter(user=account.user))
        _record(Action.SERVICE_ACCOUNT_DELETED, account, by, before={"name": account.name})
        account.user.delete()


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


def _store(account: ServiceAccount, *fields: str) -> None:
    """Insert it; with `fields`, update these."""
    try:
        with transaction.atomic():
            account.save(update_fields=fields or None)
    except IntegrityError as error:
        raise ServiceAccountNameTaken from error


def _add_member(account: ServiceAccount, roles: Collection[Role]) -> None:
    membership = Membership.objects.create(
        organization_id=account.organization_id, user=account.user
    )
    MemberRole.objects.bulk_create(MemberRole(membership=membership, role=role) for role in roles)


def _record(action: Action, account: ServiceAccount, by: Actor, **told: Details) -> None:
    record(action, by=by, target=account, organization_id=account.organization_id, **told)
