"""Typed readers for the environment.

A reader never raises: it notes what is wrong and returns a usable value, so that one start names
every problem at once (`Environment.raise_problems`).
"""

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.postgresql import connection_options

MIN_SECRET_BYTES = 32
MIN_DISTINCT_CHARACTERS = 10
SAMPLE_MARKS = (
    "changeme",
    "change-me",
    "change_me",
    "django-insecure",
    "example",
    "sample",
    "your-",
)
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1"}
# No credentials, query or fragment: what is appended to it would not be a path.
BASE_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?", re.IGNORECASE)
SIGNING_KEY = re.compile(r"([A-Za-z0-9._-]{1,32}):(.*)", re.ASCII)
# What a PostgreSQL URL may say beside where the server is (libpq's names).
PARAMETERS = {
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "channel_binding",
    "application_name",
    "target_session_attrs",
}
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class Environment:
    """Reads settings from `values` (the process environment in production)."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[str] = []
        # The files that values were read from, by the name of the value.
        self.files: dict[str, str] = {}

    def text(self, name: str, default: str = "") -> str:
        """`name`, or the content of the file `name`_FILE (as container secrets are given)."""
        file_name = self._values.get(f"{name}_FILE", "")
        if not file_name:
            return self._values.get(name, default).strip()
        if self._values.get(name):
            self._note(f"{name} and {name}_FILE are both set: keep one of them.")
        self.files[name] = file_name
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self._note(f"{name}_FILE cannot be read: {type(error).__name__}.")
            return default

    def _note(self, problem: str) -> None:
        """Once, however often the value is read."""
        if problem not in self.problems:
            self.problems.append(problem)

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes/no value: 1, true, yes, on or 0, false, no, off; an empty one is the default."""
        value = self.text(name).lower() or ("1" if default else "0")
        if value not in TRUE | FALSE:
            self._note(f"{name} must be 1 or 0.")
        return value in TRUE

    def choice(self, name: str, default: str, *, among: Sequence[str]) -> str:
        """One of a few words."""
        value = self.text(name) or default
        if value not in among:
            self.problems.append(f"{name} must be {' or '.join(among)}.")
            return default
        return value

    def integer(self, name: str, default: int, *, minimum: int = 1, maximum: int) -> int:
        """A whole number from `minimum` to `maximum`."""
        value = self.text(name) or str(default)
        is_number = value.isascii() and value.isdigit() and len(value) <= len(str(maximum))
        if not (is_number and minimum <= int(value) <= maximum):
            self.problems.append(f"{name} must be a whole number from {minimum} to {maximum}.")
            return default
        return int(value)

    def items(self, name: str) -> list[str]:
        """A comma-separated list without blanks."""
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def origins(self, name: str) -> list[str]:
        """Browser origins such as https://app.example.org, comma-separated; `null` is none."""
        origins = [origin.lower() for origin in self.items(name)]  # as browsers send them
        if not all(is_http_url(origin) and origin.count("/") == 2 for origin in origins):
            self.problems.append(f"{name} must hold origins such as https://app.example.org.")
        return origins

    def url(self, name: str) -> str:
        """An http(s) base URL without a trailing slash, or the empty string."""
        value = self.text(name).rstrip("/")
        if value and not is_http_url(value):
            self.problems.append(f"{name} must be an http(s) URL such as https://work.example.org.")
            return ""
        return value

    def secret(self, name: str, *, development_file: Path | None) -> str:
        """A secret of at least 32 bytes; in development one is made and kept."""
        value = self.text(name)
        if not value and development_file is not None:
            return _development_secret(name, development_file)
        self._check_secret(name, value)
        return value

    def optional_secret(self, name: str) -> str:
        """A secret of at least 32 bytes, or the empty string: what it opens stays shut."""
        value = self.text(name)
        if value:
            self._check_secret(name, value)
        return value

    def signing_keys(self, name: str, *, development_file: Path | None) -> dict[str, str]:
        """Secrets by their id: `id:secret`, with commas or line ends between them; the first signs.

        One of them may have no id (then it is the empty string): what a single secret has always
        been, so that it can be replaced without signing anybody out. Where none has an id, the
        whole value is one secret, commas and all.
        """
        value = self.text(name)
        if not value and development_file is not None:
            return {"": _development_secret(name, development_file)}
        parts = [part.strip() for part in value.replace("\n", ",").split(",")]
        if not any(map(SIGNING_KEY.fullmatch, parts)):
            parts = [value]
        keys: dict[str, str] = {}
        for part in parts:
            found = SIGNING_KEY.fullmatch(part)
            key_id, secret = (found[1], found[2]) if found else ("", part)
            self._check_secret(f"{name} ({key_id})" if key_id else name, secret)
            if len(parts) > 1 and len(part.split()) > 1:
                self.problems.append(f"{name} has a blank inside one of its keys.")
            if key_id in keys or secret in keys.values():
                self.problems.append(f"{name} names an id or a secret twice.")
            keys[key_id] = secret
        return keys

    def _check_secret(self, name: str, value: str) -> None:
        if problem := _weakness(value):
            self.problems.append(
                f"{name} {problem}. Make one with: "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )

    def raise_problems(self) -> None:
        """Refuse to start: raises ImproperlyConfigured with every problem, one a line."""
        if self.problems:
            lines = "\n".join(f"  - {problem}" for problem in self.problems)
            raise ImproperlyConfigured(f"Hyperspeed cannot start with this configuration:\n{lines}")


def log_format(environment: Environment) -> str:
    """json; in development text, for people. Asked by gunicorn too, for its own lines."""
    default = "text" if environment.flag("DEBUG", default=False) else "json"
    return environment.choice("LOG_FORMAT", default, among=("json", "text"))


def is_http_url(value: str) -> bool:
    """Whether paths can be appended to `value`: http(s), a host, and a valid port or none."""
    try:
        parts = urlsplit(value)
        return bool(BASE_URL.fullmatch(value) and parts.hostname) and parts.port != 0
    except ValueError:
        return False


def database_settings(url: str, base_dir: Path, environment: Environment) -> dict[str, object]:
    """Django's DATABASES entry for a `sqlite:///path` or `postgresql://user:pw@host/db` URL.

    A statement may take STATEMENT_TIMEOUT_SECONDS (PostgreSQL; 5, without a limit: 0), and is
    prepared where it comes again unless PREPARED_STATEMENTS is 0.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit("invalid:"), None
    if parts.scheme == "sqlite" and parts.path.strip("/"):
        return _sqlite(parts, base_dir)
    if parts.scheme in {"postgresql", "postgres"} and parts.path.strip("/"):
        if unknown := parse_qs(parts.query).keys() - PARAMETERS:
            names = ", ".join(sorted(unknown))
            environment.problems.append(f"DATABASE_URL has parameters that are not known: {names}.")
        limit = environment.integer("STATEMENT_TIMEOUT_SECONDS", 5, minimum=0, maximum=3600)
        is_prepared = environment.flag("PREPARED_STATEMENTS", default=True)
        return _postgresql(parts, port, limit, is_prepared=is_prepared)
    environment.problems.append(
        "DATABASE_URL must look like sqlite:///data.sqlite3 or postgresql://user:password@host/database."
    )
    return _sqlite(urlsplit("sqlite:///db.sqlite3"), base_dir)


def _sqlite(parts: SplitResult, base_dir: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        # sqlite:///a.db is a file in the project, sqlite:////var/a.db an absolute path.
        "NAME": base_dir / unquote(parts.path)[1:],
        "OPTIONS": {
            # A write transaction takes its lock when it begins: waiting there cannot deadlock,
            # and a read inside it is never stale.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgresql(
    parts: SplitResult, port: int | None, limit_seconds: int, *, is_prepared: bool
) -> dict[str, object]:
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    place = {"host", "port"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(port or query.get("port", "")),
        "CONN_MAX_AGE": 0,
        # A connection that died while idle is replaced before a request sees it, and after an
        # outage the first request tries at once instead of waiting for the pool's next try.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **connection_options(limit_seconds, is_prepared=is_prepared),
            **{name: value for name, value in query.items() if name not in place},
        },
    }


def _weakness(value: str) -> str:
    if not value:
        return "is missing"
    if len(value.encode()) < MIN_SECRET_BYTES:
        return f"is shorter than {MIN_SECRET_BYTES} bytes"
    if any(mark in value.lower() for mark in SAMPLE_MARKS):
        return "is a sample value"
    if len(set(value)) < MIN_DISTINCT_CHARACTERS:
        return f"has fewer than {MIN_DISTINCT_CHARACTERS} different characters"
    return ""


def _development_secret(name: str, path: Path) -> str:
    """One secret a name, kept in a private file so that restarts and workers agree on it."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        # A link appears whole or not at all, and never over one that another process made.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return f"{name}:{path.read_text(encoding='utf-8')}"
