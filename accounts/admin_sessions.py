"""Sessions of the admin, stored under a digest of their key: a copy of the table opens nothing."""

import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session as StoredSession
from django.utils import timezone

from accounts.models import User

_KEY_LENGTH = 40  # the column's; 160 bits of the digest are plenty for a random key


class SessionStore(db.SessionStore):
    """Django's database sessions; only the cookie knows the key."""

    def _get_session_from_db(self) -> Any:
        key = self._session_key
        self._session_key = stored_key(key) if key else None
        try:
            return super()._get_session_from_db()  # type: ignore[misc]  # not in the stubs
        finally:
            if self._session_key is not None:  # Django clears it when there is no such session
                self._session_key = key

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session = super().create_model_instance(data)
        session.session_key = stored_key(session.session_key)
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored_key(key))


def stored_key(session_key: str) -> str:
    """What the table holds of a session's key."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:_KEY_LENGTH]


def end_admin_sessions(user: User) -> int:
    """Log a user out of the admin; returns how many sessions ended.

    Who a session belongs to is in its data, so all open ones are read: those of staff are few.
    """
    ended = 0
    for session in StoredSession.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended
