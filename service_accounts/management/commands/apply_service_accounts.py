import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import OperatorCommand, as_json, timestamp
from accounts.logs import on_one_line
from service_accounts.commands import get_organization
from service_accounts.declaration import MAX_BYTES, parse_declaration
from service_accounts.secret_files import write_secrets
from service_accounts.services.apply import Applied, apply_declaration
from service_accounts.services.differences import Step

DRIFT = 2
_SIGNS = {"create": "+", "change": "~", "disable": "-"}


class Command(OperatorCommand):
    help = (
        "Make the service accounts what FILE declares (docs/service-accounts.md). Tokens of new"
        " ones go to files of DIR, or alone to stdout."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="TOML or JSON; - reads stdin")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the plan; exit code 2 if there is any"
        )
        parser.add_argument(
            "--prune", action="store_true", help="disable what the file declared once"
        )
        parser.add_argument(
            "--secret-dir", type=Path, metavar="DIR", help="tokens go to DIR/NAME.token, mode 0600"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON object")

    def handle(
        self,
        *,
        file: str,
        dry_run: bool,
        prune: bool,
        secret_dir: Path | None,
        json: bool,
        **options: Any,
    ) -> None:
        declaration = parse_declaration(_read(file))
        if secret_dir is not None and not secret_dir.is_dir():
            raise CommandError(f"--secret-dir: {secret_dir} is no directory")
        applied = apply_declaration(
            organization=get_organization(slug=declaration.organization),
            declaration=declaration,
            is_pruning=prune,
            is_dry=dry_run,
            deliver=partial(self._deliver, folder=secret_dir, is_json=json),
            by=self.actor,
        )
        if not json:
            self._tell(applied.steps, is_dry=dry_run)
        elif dry_run or secret_dir or not applied.steps:
            self.print_json(_document(applied, has_secrets=False))
        if dry_run and applied.steps:
            self.end(DRIFT)

    def _deliver(self, applied: Applied, *, folder: Path | None, is_json: bool) -> None:
        """Tokens to files, or alone to stdout."""
        tokens = {issued.token.service_account.name: issued.raw for issued in applied.issued}
        if folder is not None:
            write_secrets(folder, tokens)
        elif is_json:
            self.print_secret(as_json(_document(applied, has_secrets=True)))
        elif tokens:
            self.print_secret("\n".join(f"{name} {raw}" for name, raw in tokens.items()))

    def _tell(self, steps: Sequence[Step], *, is_dry: bool) -> None:
        """The plan is what a dry run prints; afterwards it is prose."""
        for step in steps:
            line = f"{_SIGNS[step.verb]} {step.verb} {step.name}"
            details = ", ".join(step.details())
            line = on_one_line(f"{line}: {details}" if details else line)
            if is_dry:
                self.stdout.write(line)
            else:
                self.say(line)
        self.say(_summary(len(steps), is_dry=is_dry))


def _read(file: str) -> bytes:
    """At most a byte more than a file may have. Raises CommandError."""
    try:
        if file == "-" and sys.stdin is not None:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error


def _summary(count: int, *, is_dry: bool) -> str:
    if not count:
        return "nothing to do"
    changes = f"{count} change{'s' if count > 1 else ''}"
    return f"{changes} to make; nothing was changed" if is_dry else f"{changes} made"


def _document(applied: Applied, *, has_secrets: bool) -> dict[str, object]:
    return {
        "changes": [
            {"action": step.verb, "name": step.name, "details": list(step.details())}
            for step in applied.steps
        ],
        "tokens": [
            {
                "name": issued.token.service_account.name,
                "token": issued.raw if has_secrets else None,
                "hint": issued.token.hint,
                "expires_at": timestamp(issued.token.expires_at),
            }
            for issued in applied.issued
        ],
    }
