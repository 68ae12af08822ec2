"""Tokens: issued, rotated, revoked. The raw value is known once."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actor import Actor
from accounts.audit import Action, Details, record
from accounts.ids import uuid7
from accounts.tokens import digest
from config.exceptions import Conflict, DomainError, NotFound
from organizations.access import Access, find_access
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.tokens import hint, make_token

MAX_ACTIVE_TOKENS = 10


class ServiceAccountNotFound(NotFound):
    error = "service account not found"
    code = "service_account_not_found"


class ExpiryInThePast(DomainError):
    error = "expires_at must be in the future"
    code = "expires_at_not_in_future"


class TooManyTokens(Conflict):
    """At most ten tokens of an account may be usable at a time."""

    error = "too many tokens"
    code = "too_many_tokens"


class TokenNotFound(NotFound):
    error = "token not found"
    code = "token_not_found"


class TokenNotActive(Conflict):
    """Revoked or expired: there is nothing to rotate."""

    error = "token is not active"
    code = "token_not_active"


class TokenReplaced(Conflict):
    """It has a successor, and ends soon: another one would be given that end for a lifetime, and
    the first would be a token that nobody knows of."""

    error = "token was replaced already"
    code = "token_replaced"


class AlreadyIssued(Exception):
    """A token of this id exists: the same form was sent twice. No answer of the API."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token at the only moment when its raw value is known."""

    raw: str = field(repr=False)
    token: ServiceAccountToken


def require_token_grantable(*, access: Access, account: ServiceAccount) -> None:
    """Nobody takes a token of an account that may do more than they may. Raises Forbidden."""
    held = find_access(user=account.user, organization_id=account.organization_id)
    if held is not None:
        access.require(*held.permissions)


def issue_token(
    *,
    account: ServiceAccount,
    name: str = "",
    expires_at: dt.datetime | None,
    by: Actor,
    token_id: uuid.UUID | None = None,
) -> IssuedToken:
    """One more token of the account; `expires_at` None means never.

    `token_id`, if it was chosen beforehand, makes one token of any number of calls. Raises
    ExpiryInThePast, TooManyTokens, AlreadyIssued, or ServiceAccountNotFound for an account that was
    deleted meanwhile.
    """
    require_future(expires_at)
    with transaction.atomic():
        lock_account(account)
        if _active(account).count() >= MAX_ACTIVE_TOKENS:
            raise TooManyTokens
        issued = _create(account, name, expires_at, token_id)
        _record(Action.TOKEN_ISSUED, issued.token, by, after={"hint": issued.token.hint})
    return issued


def rotate_token(
    *,
    token: ServiceAccountToken,
    overlap: dt.timedelta,
    by: Actor,
    token_id: uuid.UUID | None = None,
) -> IssuedToken:
    """A successor with the same name and lifetime; the old token works on for `overlap`.

    Exactly one of any number of concurrent calls with one token succeeds. `token_id` as in
    `issue_token`. Raises TokenNotActive, TokenReplaced, TooManyTokens, AlreadyIssued or
    ServiceAccountNotFound.
    """
    account = token.service_account
    with transaction.atomic():
        lock_account(account)
        now = timezone.now()
        if not _phase_out(token, overlap, now):
            works_on = _active(account).filter(pk=token.pk).exists()
            raise TokenReplaced if works_on else TokenNotActive
        if _active(account).count() >= MAX_ACTIVE_TOKENS:
            raise TooManyTokens
        lifetime = token.expires_at - token.created_at if token.expires_at else None
        expires_at = now + lifetime if lifetime else None
        issued = _create(account, token.name, expires_at, token_id)
        told = {"before": {"hint": token.hint}, "after": {"hint": issued.token.hint}}
        _record(Action.TOKEN_ROTATED, issued.token, by, **told)
    return issued


def revoke_token(*, token: ServiceAccountToken, by: Actor) -> bool:
    """Make a token useless from the next request on; false for one that is revoked, which stays as
    it was, or gone."""
    with transaction.atomic():
        live = ServiceAccountToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
        if not live.update(revoked_at=timezone.now()):
            return False
        _record(Action.TOKEN_REVOKED, token, by, before={"hint": token.hint})
        return True


def get_token(*, account: ServiceAccount, token_id: uuid.UUID) -> ServiceAccountToken:
    """Raises TokenNotFound."""
    tokens = ServiceAccountToken.objects.select_related("service_account__user")
    token = tokens.filter(service_account=account, pk=token_id).first()
    if token is None:
        raise TokenNotFound
    return token


def require_future(expires_at: dt.datetime | None) -> None:
    """Raises ExpiryInThePast."""
    if expires_at is not None and expires_at <= timezone.now():
        raise ExpiryInThePast(fields={"expires_at": ["invalid"]})


def _active(account: ServiceAccount) -> QuerySet[ServiceAccountToken]:
    return ServiceAccountToken.objects.usable(timezone.now()).filter(service_account=account)


def lock_account(account: ServiceAccount) -> None:
    """Take the account's row lock: concurrent calls count one after the other.

    Raises ServiceAccountNotFound if it was deleted since it was read.
    """
    if not ServiceAccount.objects.filter(pk=account.pk).update(is_active=F("is_active")):
        raise ServiceAccountNotFound


def _phase_out(token: ServiceAccountToken, overlap: dt.timedelta, now: dt.datetime) -> bool:
    """Claim the token for its one successor: false if it has one, or does not work."""
    usable = ServiceAccountToken.objects.usable(now)
    latest = usable.filter(pk=token.pk, rotated_at__isnull=True)
    if not overlap:
        return latest.update(revoked_at=now, rotated_at=now) == 1
    end = now + overlap
    ends_first = token.expires_at is not None and token.expires_at <= end
    expires_at = token.expires_at if ends_first else end
    return latest.update(expires_at=expires_at, rotated_at=now) == 1


def _create(
    account: ServiceAccount, name: str, expires_at: dt.datetime | None, token_id: uuid.UUID | None
) -> IssuedToken:
    raw_token = make_token()
    token = ServiceAccountToken(
        id=token_id or uuid7(),
        service_account=account,
        name=name,
        digest=digest(raw_token),
        hint=hint(raw_token),
        expires_at=expires_at,
    )
    try:
        token.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyIssued from error
    return IssuedToken(raw=raw_token, token=token)


def _record(action: Action, token: ServiceAccountToken, by: Actor, **told: Details) -> None:
    organization_id = token.service_account.organization_id
    record(action, by=by, target=token, organization_id=organization_id, **told)
