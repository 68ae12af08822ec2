"""The route of a request: what logs and figures name instead of its path."""

import re
from functools import cache

from django.http import HttpRequest

# No page of its own: nothing there, or refused before anybody looked. Never the path: it is a
# stranger's, and an invite's token is in one.
UNMATCHED = "unmatched"
STATIC = "/static/{path}"
# What probes call all day long.
PROBES = frozenset({"/health", "/healthz", "/-/metrics"})
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(request: HttpRequest) -> str:
    """Such as `/api/v1/organizations/{organization_id}`; one of a fixed list."""
    match = request.resolver_match
    if match is not None:
        return _readable(match.route)
    # Files are answered before anybody looks for a view.
    return STATIC if request.path_info.startswith("/static/") else UNMATCHED


def method_of(request: HttpRequest) -> str:
    """The method, or OTHER: a stranger's own word is as good as a path."""
    return request.method if request.method in _METHODS else "OTHER"


@cache
def _readable(route: str) -> str:
    """There are as many of them as the product has routes."""
    named = _PARAMETER.sub(r"{\1}", _NAMED_GROUP.sub(r"{\1}", route))
    plain = "/" + named.replace("^", "").replace("$", "")
    # A pattern that takes whatever is left over.
    return UNMATCHED if "(" in plain else plain
