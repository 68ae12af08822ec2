"""Where a request came from."""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from accounts.models import MAX_USER_AGENT_LENGTH
from accounts.scrubbing import without_secrets

IPv6_PREFIX = 64
MAX_ADDRESS_LENGTH = 64  # IPv6, with the name of an interface


@dataclass(frozen=True, slots=True)
class Origin:
    """The client's address (None when it cannot be told) and what it says it is."""

    ip_address: str | None
    user_agent: str

    @property
    def network(self) -> str:
        """What throttles count by: the IPv4 address, or the /64 that one IPv6 host owns."""
        if self.ip_address is None:
            return "unknown"
        address = ipaddress.ip_address(self.ip_address)
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((address, IPv6_PREFIX), strict=False))


def origin_of(request: HttpRequest) -> Origin:
    """The origin of `request`."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    printable = "".join(letter for letter in agent if letter.isprintable())
    # Blotted before it is cut: the first characters of a token are most of it.
    return Origin(address_of(request), without_secrets(printable)[:MAX_USER_AGENT_LENGTH])


def address_of(request: HttpRequest) -> str | None:
    """The client's address, in its one spelling.

    X-Forwarded-For counts only as far as TRUSTED_PROXIES wrote it: each proxy appends the address
    that it saw, so with n proxies the client is the n-th entry from the right.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        peer = hops[-proxies] if len(hops) >= proxies and hops[-proxies] else peer
    return _address(peer) if len(peer) <= MAX_ADDRESS_LENGTH else None


@lru_cache(maxsize=1024)
def _address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        # Without the zone: it names an interface of somebody's machine.
        return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address)))
    return str(address)
