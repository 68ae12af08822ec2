"""Who does something: what services are told, and the audit trail keeps."""

from dataclasses import dataclass

from django.db import models

from accounts.credentials import Credential
from accounts.models import User
from accounts.origin import Origin


class Door(models.TextChoices):
    """Where a request came in."""

    API = "api", "API"
    ADMIN = "admin"
    COMMAND = "command", "command line"


@dataclass(frozen=True, slots=True)
class Actor:
    """The user (None: nobody yet, or the command line), by what credential, from where."""

    door: Door
    origin: Origin
    user: User | None = None
    credential: Credential | None = None
    request_id: str = ""
