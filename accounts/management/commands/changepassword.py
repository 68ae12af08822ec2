from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.utils import timezone

from accounts.audit import Action, record
from accounts.commands import OperatorCommand
from accounts.models import PasswordReset, Session, User
from accounts.services.sessions import revoke_sessions


class Command(changepassword.Command, OperatorCommand):
    """Django's command; afterwards whoever knew the old password is out."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        told: str | None = super().handle(*args, **options)
        user = User.objects.find_by_email(options["username"] or "")
        if user is not None and told is not None:
            PasswordReset.objects.void(user, timezone.now())
            record(Action.PASSWORD_CHANGED, by=self.actor, target=user)
            reason = Session.RevokedReason.PASSWORD_CHANGED
            revoke_sessions(user=user, reason=reason, by=self.actor)
        return told
