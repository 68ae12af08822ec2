import json
import uuid
from argparse import ArgumentParser
from typing import Any

from accounts.audit import Action
from accounts.commands import OperatorCommand, timestamp
from accounts.models import AuditEvent

HELP = "only this action, such as login.failed"


class Command(OperatorCommand):
    help = "Print the audit trail as JSON lines, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--action", choices=[action.value for action in Action], metavar="ACTION", help=HELP
        )

    def handle(self, *, action: str | None, **options: Any) -> None:
        events = AuditEvent.objects.order_by("created_at", "pk")
        if action is not None:
            events = events.filter(action=action)
        for event in events.iterator(chunk_size=1000):
            self.stdout.write(json.dumps(_line(event), ensure_ascii=False))


def _line(event: AuditEvent) -> dict[str, object]:
    names = [field.attname for field in AuditEvent._meta.concrete_fields]
    line = {name: getattr(event, name) for name in names}
    line |= {name: str(value) for name, value in line.items() if isinstance(value, uuid.UUID)}
    return {**line, "created_at": timestamp(event.created_at)}
