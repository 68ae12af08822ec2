"""The base of the operator's commands.

Data (and secrets, alone) go to stdout, prose to stderr. Exit code 0, 1 for a refusal, 2 for bad
usage, 130 after Ctrl-C; never a traceback for what an operator can cause.
"""

import datetime as dt
import errno
import io
import json
import os
import re
import sys
import traceback
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from accounts.actor import Actor, Door
from accounts.origin import Origin
from accounts.progress import Progress
from config.exceptions import DomainError

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_MAX_DURATION = dt.timedelta(days=36_500)


class OperatorCommand(BaseCommand):
    """Turns refusals and outages into one line on stderr and exit code 1."""

    requires_system_checks: list[str] | tuple[str, ...] = ()
    # Whether stdout gets a line for each step: a terminal that shows them needs no progress.
    is_stream = False

    def execute(self, *args: Any, **options: Any) -> str | None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8
        if sys.stdout is None and options.get("stdout") is None:
            options["stdout"] = _Closed()  # by `>&-`
        try:
            _require_text(options.values())
            told = super().execute(*args, **options)
            self.stdout.flush()  # here, where a reader that is gone, or a full disk, can be told
        except BrokenPipeError:  # the reader (`head`) has seen enough
            _drop_output()
            return None
        except KeyboardInterrupt as error:
            # Where it was interrupted rows may be open, which must be closed before the connection.
            traceback.clear_frames(error.__traceback__)
            _drop_output()  # a pipe that is full would hold us
            raise
        except CommandError:
            self._flush()  # what it said before: when Python ends, it is too late to tell
            raise
        except DomainError as error:
            raise CommandError(error.error) from error
        except OSError as error:
            _drop_output()
            raise CommandError(f"reading or writing failed: {error.strerror or error}") from error
        except DatabaseError as error:
            # Its text may hold values of a row.
            name = type(error).__name__
            message = f"the database refused or does not answer ({name}); is it migrated?"
            raise CommandError(message) from error
        return told

    def _flush(self) -> None:
        try:
            self.stdout.flush()
        except OSError:
            _drop_output()

    @property
    def actor(self) -> Actor:
        """The command line, for services and the audit trail."""
        return Actor(door=Door.COMMAND, origin=Origin(None, ""))

    def end(self, status: int) -> NoReturn:
        """Leave with this exit code: the outputs have said all there is to say."""
        self.stdout.flush()
        raise SystemExit(status)

    def say(self, text: str) -> None:
        """Prose for the operator."""
        self.stderr.write(text, str)  # as it is: Django would have it red, like an error

    @contextmanager
    def progress(
        self, what: str, total: Callable[[], int] | None = None
    ) -> Iterator[Callable[[int], None]]:
        """How many of `what` are done, on one line, which is gone at the end: on a terminal only,
        and not on one that shows the data. The function that it gives is told of each step.

        `total`, where it is cheap to know, is asked for if anybody sees it.
        """
        if not self.stderr.isatty() or (self.is_stream and self.stdout.isatty()):
            yield lambda _: None
            return
        shown = Progress(sys.stderr, what, total() if total else None)
        try:
            yield shown.add
        finally:
            shown.clear()

    def print_secret(self, text: str) -> None:
        """A secret, alone on stdout. Raises CommandError where it cannot be delivered: call it in
        the transaction that makes the secret, so that nothing is made that nobody has."""
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError as error:
            _drop_output()
            raise CommandError("the token could not be written; nothing was changed") from error

    def print_json(self, value: object) -> None:
        """One JSON document on stdout."""
        self.stdout.write(as_json(value))

    def print_table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Aligned columns on stdout."""
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in (header, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _drop_output() -> None:
    """What is left in the buffer would be tried once more, when Python ends."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Closed(io.TextIOBase):
    """An output that is not there: whoever has data for it is told."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def _require_text(values: Iterable[object]) -> None:
    """Raises CommandError for bytes that are no UTF-8 (they arrive as surrogates) and for NUL."""
    for value in values:
        if isinstance(value, list):
            _require_text(value)
        elif isinstance(value, str) and not _is_text(value):
            raise CommandError("an argument is not text in UTF-8", returncode=2)


def _is_text(value: str) -> bool:
    try:
        return "\x00" not in value and bool(value.encode("utf-8") or True)
    except UnicodeEncodeError:
        return False


def as_json(value: object) -> str:
    """A JSON document for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def duration(text: str) -> dt.timedelta:
    """An argument such as 90d, 24h or 30m. Raises ArgumentTypeError (exit code 2)."""
    match = re.fullmatch(r"([0-9]{1,6})([dhm])", text)
    value = dt.timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else dt.timedelta()
    if not dt.timedelta() < value <= _MAX_DURATION:
        raise ArgumentTypeError(f"{text!r} is not a time span such as 90d, 24h or 30m")
    return value


def moment(text: str) -> dt.datetime:
    """An argument such as 2027-01-31 (when that day begins, in UTC) or 2027-01-31T08:15:00Z (RFC
    3339). Raises ArgumentTypeError."""
    is_day = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None
    try:
        value = dt.datetime.fromisoformat(f"{text}T00:00:00Z" if is_day else text)
        if value.tzinfo is not None:
            return value.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    message = f"{text!r} is not a time such as 2027-01-31 or 2027-01-31T08:15:00Z"
    raise ArgumentTypeError(message)


def positive(text: str) -> int:
    """An argument that is a whole number from 1 to 100,000. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 100_000):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100000")
    return int(text)


def timestamp(moment: dt.datetime | None) -> str | None:
    """A time as the API writes it (RFC 3339, UTC, Z)."""
    if moment is None:
        return None
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def in_table(moment: dt.datetime | None, default: str) -> str:
    """The same form, to the second: what tables and prose show."""
    return timestamp(moment.replace(microsecond=0)) or default if moment else default
