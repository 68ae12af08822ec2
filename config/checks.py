"""What a configuration may not be, in words that name the variable and the way out."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from config.env import LOOPBACK_HOSTS


def unsafe_in_production(
    *, hosts: Sequence[str], public_url: str, has_named_proxies: bool, is_sqlite: bool
) -> Iterator[str]:
    """The problems of a production environment; `public_url` may be the empty string."""
    if not hosts or "*" in hosts:
        yield "ALLOWED_HOSTS must name the hosts, such as work.example.org (no *)."
    if _is_public(public_url):
        if not public_url.startswith("https:"):
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
            "DEBUG must be 0 in production, which PUBLIC_URL and a secret are set for: "
            "it shows source and settings to everybody."
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_public(url: str) -> bool:
    return bool(url) and urlsplit(url).hostname not in LOOPBACK_HOSTS
