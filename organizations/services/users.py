"""Shutting and opening accounts. Here, because no organization may lose its last owner by it."""

from django.db import transaction

from accounts.actor import Actor
from accounts.audit import Action, record
from accounts.models import Session, User
from accounts.services.sessions import revoke_sessions
from organizations.models import Membership
from organizations.services.membership import require_other_owner


def disable_user(*, user: User, by: Actor) -> None:
    """Shut the account: its sessions end, and no door opens until it is enabled again.

    Raises LastOwner if an organization would be left without an owner who can log in.
    """
    with transaction.atomic():
        require_not_last_owner(user=user)
        if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            record(Action.USER_DISABLED, by=by, target=user)
        disabled = Session.RevokedReason.USER_DISABLED
        # The admin's too: there, an account that is enabled again would be logged in as before.
        revoke_sessions(user=user, reason=disabled, by=by, in_admin=True)
    user.is_active = False


def enable_user(*, user: User, by: Actor) -> None:
    """Let a disabled account log in again; sessions that were ended stay ended."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            record(Action.USER_ENABLED, by=by, target=user)
    user.is_active = True


def require_not_last_owner(*, user: User) -> None:
    """Raises LastOwner if the user alone owns an organization. Call it in a transaction."""
    owned = Membership.objects.filter(user=user, roles__is_system=True)
    for organization_id in owned.values_list("organization_id", flat=True):
        require_other_owner(organization_id=organization_id, user_id=user.pk)
