"""How the pages of the admin say who and when."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.timesince import timesince

from accounts.actor import Door
from accounts.credentials import CredentialKind
from accounts.models import AuditEvent
from accounts.models.user import SERVICE_ACCOUNT, in_words


def age(moment: dt.datetime, now: dt.datetime) -> str:
    """ "2 hours"; of what was just made "less than a minute", and never "0 minutes"."""
    is_long = now - moment >= dt.timedelta(minutes=1)
    return timesince(moment, now, depth=1) if is_long else "less than a minute"


def counted(number: int, noun: str) -> str:
    """ "1 token", "2 tokens"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def who(event: AuditEvent) -> str:
    """Who did it, for a row that was asked for `with_names`."""
    if not event.actor_email:
        return "the command line" if event.door == Door.COMMAND else "somebody unknown"
    is_program = event.credential_kind == CredentialKind.SERVICE_ACCOUNT_TOKEN
    program = f"{SERVICE_ACCOUNT}, token {event.credential_hint}"
    told = program if is_program else event.actor_email
    return in_words(event.actor_name or "", told)  # type: ignore[attr-defined]  # annotated


def moment_in_words(moment: dt.datetime | None, if_none: str = "never") -> str:
    return f"{moment:%-d %B %Y at %H:%M} UTC" if moment else if_none


def moment_of(field: str, description: str, *, if_none: str = "never") -> Callable[..., str]:
    """A column for a moment that may not have come, of which Django says "-"."""

    @admin.display(description=description, ordering=field)
    def shown(_admin: object, row: Any) -> str:
        return moment_in_words(getattr(row, field), if_none)

    return shown
