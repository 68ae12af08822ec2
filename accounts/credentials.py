"""What a request was authenticated with: `request.auth`."""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EXPIRY_HEADER: Final = "X-Token-Expires-In-Days"
EXPIRY_IS_TOLD = dt.timedelta(days=30)


class CredentialKind(StrEnum):
    SESSION = "session"
    SERVICE_ACCOUNT_TOKEN = "service_account_token"  # noqa: S105  (a kind, not a token)


@dataclass(frozen=True, slots=True)
class ServiceAccountRef:
    """The service account behind a token, as far as other apps need to know it."""

    id: uuid.UUID
    organization_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential: its kind, the id of its row (session or token) and a hint for people.

    `expires_at` is when a token stops working; None for one that does not, and for a session, which
    its client carries on.
    """

    kind: CredentialKind
    id: uuid.UUID
    hint: str = ""
    service_account: ServiceAccountRef | None = None
    expires_at: dt.datetime | None = None

    def last_days(self, now: dt.datetime) -> int | None:
        """Whole days until it expires, 0 on the last; None while that is over 30 days away."""
        if self.expires_at is None or self.expires_at - now > EXPIRY_IS_TOLD:
            return None
        return max(0, (self.expires_at - now).days)
