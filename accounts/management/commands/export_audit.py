import datetime as dt
import json
import uuid
from argparse import ArgumentParser
from collections.abc import Generator
from contextlib import closing
from typing import Any

from django.db.models import QuerySet

from accounts.audit import Action
from accounts.commands import OperatorCommand, moment, timestamp
from accounts.models import AuditEvent


class Command(OperatorCommand):
    help = "Print the audit trail as JSON lines, oldest first."
    is_stream = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=moment,
            metavar="TIME",
            help="only what happened from then on: 2027-01-31 or 2027-01-31T08:15:00Z",
        )
        parser.add_argument(
            "--action",
            choices=[action.value for action in Action],
            metavar="ACTION",
            help="only this action, such as login.failed",
        )

    def handle(self, *, since: dt.datetime | None, action: str | None, **options: Any) -> None:
        events = AuditEvent.objects.order_by("created_at", "pk")
        if since is not None:
            events = events.filter(created_at__gte=since)
        if action is not None:
            events = events.filter(action=action)
        # Closed here: after Ctrl-C, Python would look for what is open when the connection is gone.
        with closing(_lines(events)) as lines, self.progress("events", events.count) as advance:
            for line in lines:
                self.stdout.write(line)
                advance(1)


def _lines(events: QuerySet[AuditEvent]) -> Generator[str, None, None]:
    for event in events.iterator(chunk_size=1000):
        yield json.dumps(_line(event), ensure_ascii=False)


def _line(event: AuditEvent) -> dict[str, object]:
    names = [field.attname for field in AuditEvent._meta.concrete_fields]
    line = {name: getattr(event, name) for name in names}
    line |= {name: str(value) for name, value in line.items() if isinstance(value, uuid.UUID)}
    return {**line, "created_at": timestamp(event.created_at)}
