from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils import timezone

from accounts.commands import OperatorCommand
from accounts.models import Session, User
from accounts.services.sessions import revoke_sessions


class Command(OperatorCommand):
    help = "End all sessions of a user, or of everybody, from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", metavar="EMAIL")
        parser.add_argument("--all", action="store_true", dest="is_all", help="of everybody")

    def handle(self, *, email: str | None, is_all: bool, **options: Any) -> None:
        if (email is not None) == is_all:
            raise CommandError("name an e-mail address or give --all", returncode=2)
        if email is not None:
            user = User.objects.find_by_email(email)
            if user is None:
                raise CommandError(f"nobody has the address {email}")
            self._revoke([user])
            return
        live = Session.objects.live(timezone.now())
        is_concerned = Q(pk__in=live.values("user")) | Q(is_staff=True)
        self._revoke(list(User.objects.filter(is_concerned)))

    def _revoke(self, users: Sequence[User]) -> None:
        reason = Session.RevokedReason.REVOKED_BY_COMMAND
        ended = 0
        with self.progress("accounts", lambda: len(users)) as advance:
            for user in users:
                ended += revoke_sessions(user=user, reason=reason, by=self.actor, in_admin=True)
                advance(1)
        self.say(f"{ended} session(s) ended")
