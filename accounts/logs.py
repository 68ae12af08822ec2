"""What a line of the log looks like, as JSON or as text. One record is one line of JSON.

Knows nothing of Django: gunicorn's own lines are formatted here too, before anything is loaded.
"""

import datetime as dt
import json
import logging
import re

from accounts.scrubbing import without_secrets

NO_REQUEST = "-"
# What an exception may tell of a row (PostgreSQL quotes it) and of a URL with a password in it.
_ROW = re.compile(r"^DETAIL:.*$", re.MULTILINE)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*):[^\s@]+@")


class JsonFormatter(logging.Formatter):
    """One JSON object a record; a traceback is a string in it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            "request_id": _request_id(record),
        }
        if record.exc_info:
            line["exception"] = scrubbed(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = scrubbed(self.formatStack(record.stack_info))
        return json.dumps(line)


class TextFormatter(logging.Formatter):
    """One line a message: what somebody typed cannot begin a line that looks like another's."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        return on_one_line(scrubbed(super().formatMessage(record)))


def _request_id(record: logging.LogRecord) -> str | None:
    known = getattr(record, "request_id", NO_REQUEST)
    return None if known == NO_REQUEST else scrubbed(known)


def timestamp(seconds: float) -> str:
    """A time of the clock as RFC 3339 in UTC, to the millisecond."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def on_one_line(text: str) -> str:
    """As a terminal may show it: what is not printable as Python would write it."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def scrubbed(text: str) -> str:
    """The text without tokens, the passwords of URLs and the values of rows."""
    text = _URL_PASSWORD.sub(r"\1:[secret]@", _ROW.sub("DETAIL: [left out]", text))
    return without_secrets(text)
