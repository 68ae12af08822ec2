"""What a configuration may not be, in words that name the variable and the way out."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

from config.env import LOOPBACK_HOSTS

# A name, or with a dot before it a domain and all below it; an IPv6 address in brackets.
HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]", re.ASCII)


def unsafe_in_production(
    *, hosts: Sequence[str], public_url: str, has_named_proxies: bool, is_sqlite: bool
) -> Iterator[str]:
    """The problems of a production environment; `public_url` may be the empty string."""
    if not hosts or "*" in hosts:
        yield "ALLOWED_HOSTS must name the hosts, such as work.example.org (no *)."
    if not all(HOST.fullmatch(host) or _is_address(host) or host == "*" for host in hosts):
        yield "ALLOWED_HOSTS must hold names and commas alone: no scheme, port, path or blank."
    if _is_public(public_url):
        if urlsplit(public_url).scheme != "https":
            yield "PUBLIC_URL must be https: plain http is for loopback hosts only."
        elif not has_named_proxies:
            # A wrong guess lets clients forge their address, or puts all of them on one limit.
            yield (
                "TRUSTED_PROXIES must say how many proxies clients come through, since PUBLIC_URL "
                "is https: 1 for one that ends TLS, 0 if clients connect to this process."
            )
    named = {host.lower() for host in hosts if host not in LOOPBACK_HOSTS and not _is_address(host)}
    if is_sqlite and (len(named) > 1 or any(host.startswith(".") for host in named)):
        yield (
            "DATABASE_URL must be postgresql://... where ALLOWED_HOSTS names several hosts: an "
            "SQLite file is for one machine (name one host; the proxy can redirect the others)."
        )


def unsafe_in_development(*, public_url: str, has_secret: bool) -> Iterator[str]:
    """The problems of DEBUG: production's own values say that it was left on by mistake."""
    if has_secret and _is_public(public_url):
        yield (
            "DEBUG must be 0 in production, which PUBLIC_URL beside SECRET_KEY or "
            "JWT_SIGNING_KEY speaks of: it shows source and settings to everybody."
        )


@checks.register(checks.Tags.security, deploy=True)
def lacking_in_production(**_: Any) -> list[checks.CheckMessage]:
    """What may be so in production, but is hardly meant: for `manage.py check --deploy`."""
    warnings: list[checks.CheckMessage] = []
    if not settings.PUBLIC_URL:
        warnings.append(
            checks.Warning(
                "PUBLIC_URL is not set: mails have no links in them, and cookies are not secure.",
                hint="Set it to the address that people open, such as https://work.example.org.",
                id="hyperspeed.W001",
            )
        )
    if settings.EMAIL_BACKEND == "accounts.mail.ConsoleBackend":
        warnings.append(
            checks.Warning(
                "EMAIL_URL is console: mails, with the tokens in them, go to the log alone.",
                hint="Set it to a mail server, such as smtp://user:password@mail.example.org:587.",
                id="hyperspeed.W002",
            )
        )
    return warnings


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_public(url: str) -> bool:
    return bool(url) and urlsplit(url).hostname not in LOOPBACK_HOSTS
