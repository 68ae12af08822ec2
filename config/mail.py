"""EMAIL_URL as Django's mail settings, and who mails come from."""

import re
from urllib.parse import unquote, urlsplit

from config.env import Environment

_ADDRESS = r"""[^\s<>@,;:"]+@[^\s<>@,;:"]+"""
# An address alone, or behind a name; in the name commas and the like need quotes (RFC 5322 §3.4).
SENDER = re.compile(rf"""{_ADDRESS}|("[^"<>\r\n]*" *|[^"<>@,;:\r\n]*)<{_ADDRESS}>""")


def mail_settings(url: str, environment: Environment) -> dict[str, object]:
    """`console:`, `smtp://user:pw@host:587` (STARTTLS), `smtps://…:465` (TLS) or `file:///dir`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit("invalid:"), None
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "accounts.mail.ConsoleBackend"}
    if parts.scheme == "file" and parts.path:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        is_tls = parts.scheme == "smtps"
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or (465 if is_tls else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": is_tls,
            # A relay on the same machine speaks plain SMTP on port 25.
            "EMAIL_USE_TLS": not is_tls and port != 25,
        }
    environment.problems.append(
        "EMAIL_URL must be console:, smtp://user:password@host:587, smtps://user:password@host:465 "
        "or file:///directory."
    )
    return {}


def sender(name: str, environment: Environment) -> str:
    """The address that mails come from: with one that is none, not a single one is sent."""
    value = environment.text(name) or "Hyperspeed <hyperspeed@localhost>"
    if not SENDER.fullmatch(value):
        environment.problems.append(
            f"{name} must be one address, such as Hyperspeed <hyperspeed@example.org>."
        )
    return value
