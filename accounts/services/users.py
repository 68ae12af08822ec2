"""What is changed about a user from outside or by themselves."""

from django.db import transaction

from accounts.models import Session, User
from accounts.services.sessions import revoke_sessions


def rename_user(*, user: User, display_name: str | None) -> None:
    """Set the display name; None or the empty string clears it."""
    user.display_name = display_name or ""
    user.save(update_fields=["display_name"])


def disable_user(*, user: User) -> None:
    """Shut the account: its sessions end, and no door opens until it is enabled again."""
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        revoke_sessions(user=user, reason=Session.RevokedReason.USER_DISABLED)


def enable_user(*, user: User) -> None:
    """Let a disabled account log in again; sessions that were ended stay ended."""
    user.is_active = True
    user.save(update_fields=["is_active"])
