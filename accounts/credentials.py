"""What a request was authenticated with: `request.auth`."""

import uuid
from dataclasses import dataclass
from enum import StrEnum


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
    """One credential: its kind, the id of its row (session or token) and a hint for people."""

    kind: CredentialKind
    id: uuid.UUID
    hint: str = ""
    service_account: ServiceAccountRef | None = None
