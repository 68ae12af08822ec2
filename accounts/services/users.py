"""What people change about themselves."""

from django.db import transaction

from accounts.actor import Actor
from accounts.admin_sessions import end_admin_sessions
from accounts.audit import Action, Details, record
from accounts.models import User
from config.exceptions import Unauthorized


def rename_user(*, user: User, display_name: str | None, by: Actor) -> None:
    """Set the display name; None or the empty string clears it.

    Raises Unauthorized if the account was deleted since it was read.
    """
    after = display_name or ""
    with transaction.atomic():
        users = User.objects.filter(pk=user.pk).select_for_update(no_key=True)
        before = users.values_list("display_name", flat=True).first()
        if before is None:
            raise Unauthorized(is_presented=True)
        user.display_name = after
        if before == after:
            return
        user.save(update_fields=["display_name"])
        record(
            Action.USER_RENAMED,
            by=by,
            target=user,
            before={"display_name": before},
            after={"display_name": after},
        )


def set_rights(*, user: User, is_staff: bool, is_superuser: bool, by: Actor) -> None:
    """Decide whether the admin opens to the user, and how far.

    Who is staff no more is logged out of the admin, also for the day when they are staff again.
    Recorded also when only single permissions changed: the trail tells that somebody was there.
    """
    before: Details = {"is_staff": user.is_staff, "is_superuser": user.is_superuser}
    after: Details = {"is_staff": is_staff, "is_superuser": is_superuser}
    with transaction.atomic():
        user.is_staff, user.is_superuser = is_staff, is_superuser
        user.save(update_fields=["is_staff", "is_superuser"])
        if not is_staff:
            end_admin_sessions(user)
        record(Action.USER_RIGHTS_CHANGED, by=by, target=user, before=before, after=after)
