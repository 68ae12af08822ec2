"""Invites: created by members who may, used once, void when their creator may no longer invite."""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts import throttling
from accounts.actor import Actor
from accounts.audit import Action, record
from accounts.emails import email_key
from accounts.mail import send_after_commit
from accounts.models import User
from accounts.tokens import digest
from config.exceptions import Forbidden, NotFound
from organizations import emails
from organizations.access import Access, find_access
from organizations.models import Invite
from organizations.permissions import Permission
from organizations.services.membership import add_member
from organizations.services.signup_request import resolve_by_invite

INVITE_LIFETIME = dt.timedelta(days=7)


class InviteNotFound(NotFound):
    """Unknown, used, expired, revoked, or its creator may no longer invite."""

    error = "invite not found"
    code = "invite_not_found"


class InviteNotForThisUser(Forbidden):
    """Bound to another address; it stays usable."""

    error = "invite not for this user"
    code = "invite_not_for_this_user"


@dataclass(frozen=True, slots=True)
class IssuedInvite:
    """An invite at the only moment when its raw token is known."""

    invite: Invite
    raw_token: str = field(repr=False)


def create_invite(*, access: Access, email: str, by: Actor) -> IssuedInvite:
    """An invite for 7 days; with an `email` it is bound to it and mailed there.

    Raises TooManyRequests.
    """
    throttling.count(throttling.invites(), str(access.user.pk))
    raw_token = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        invite = Invite.objects.create(
            organization_id=access.organization_id,
            email=email,
            email_key=email_key(email),
            digest=digest(raw_token),
            created_by=access.user,
            created_at=now,
            expires_at=now + INVITE_LIFETIME,
        )
        _record(Action.INVITE_CREATED, invite, by)
        if email:
            send_after_commit("invite", partial(emails.send_invite, invite, raw_token))
    return IssuedInvite(invite, raw_token)


def revoke_invite(*, organization_id: uuid.UUID, invite_id: uuid.UUID, by: Actor) -> None:
    """Make an invite useless. Raises InviteNotFound."""
    now = timezone.now()
    invites = Invite.objects.usable(now).filter(organization_id=organization_id)
    with transaction.atomic():
        if not invites.filter(pk=invite_id).update(revoked_at=now):
            raise InviteNotFound
        _record(Action.INVITE_REVOKED, Invite.objects.get(pk=invite_id), by)


def get_usable_invite(*, raw_token: str, address_key: str) -> Invite:
    """The invite of a token, for the holder of an address.

    Raises InviteNotFound or InviteNotForThisUser.
    """
    invites = Invite.objects.usable(timezone.now()).select_related("created_by")
    invite = invites.filter(digest=digest(raw_token)).first()
    if invite is None or not _may_invite(invite):
        raise InviteNotFound
    if invite.email_key not in {"", address_key}:
        raise InviteNotForThisUser
    return invite


def accept_invite(*, user: User, raw_token: str, by: Actor) -> uuid.UUID:
    """Join the organization of the invite; returns its id.

    A pending sign-up request counts as approved by the inviter. A membership that exists is left
    as it is. Raises InviteNotFound or InviteNotForThisUser.
    """
    invite = get_usable_invite(raw_token=raw_token, address_key=user.email_key)
    with transaction.atomic():
        claim_invite(invite=invite, user=user, by=by)
    return invite.organization_id


def claim_invite(*, invite: Invite, user: User, by: Actor) -> None:
    """Use an invite up: of any number of concurrent calls one succeeds.

    Call it in a transaction. Raises InviteNotFound.
    """
    now = timezone.now()
    claimed = Invite.objects.usable(now).filter(pk=invite.pk)
    if not claimed.update(accepted_at=now, accepted_by=user):
        raise InviteNotFound
    resolve_by_invite(user=user, inviter=invite.created_by, by=by)
    add_member(organization_id=invite.organization_id, user=user, by=by)
    _record(Action.INVITE_ACCEPTED, invite, by)


def _may_invite(invite: Invite) -> bool:
    creator = invite.created_by
    access = find_access(user=creator, organization_id=invite.organization_id)
    can = access is not None and Permission.ORG_MEMBERS_MANAGE in access.permissions
    return can and creator.is_active


def _record(action: Action, invite: Invite, by: Actor) -> None:
    after = {"email": invite.email} if invite.email else {}
    record(action, by=by, target=invite, organization_id=invite.organization_id, after=after)
