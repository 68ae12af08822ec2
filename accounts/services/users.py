"""What people change about themselves."""

from django.db import transaction

from accounts.actor import Actor
from accounts.audit import Action, record
from accounts.models import User


def rename_user(*, user: User, display_name: str | None, by: Actor) -> None:
    """Set the display name; None or the empty string clears it."""
    before, after = user.display_name, display_name or ""
    if before == after:
        return
    with transaction.atomic():
        user.display_name = after
        user.save(update_fields=["display_name"])
        record(
            Action.USER_RENAMED,
            by=by,
            target=user,
            before={"display_name": before},
            after={"display_name": after},
        )
