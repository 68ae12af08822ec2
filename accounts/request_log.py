"""One line a request: who called what by which credential, and how it went. Never a secret.

Every request pays for it, so it is written by hand, past the records of `logging`: nothing is in it
that a stranger could have written, and so nothing that needs escaping.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.credentials import Credential
from accounts.log_writer import LogWriter
from accounts.logs import scrubbed, timestamp
from accounts.origin import address_of
from accounts.routes import PROBES, method_of, route_of

LOGGER = "hyperspeed.request"
_MADE_ID_LENGTH = 32
writer = LogWriter(2)  # standard error


class Line(NamedTuple):
    """What is told of a request."""

    time: str
    level: str
    request_id: str
    method: str
    route: str
    status: int
    duration_ms: float
    principal: str | None
    credential: str | None
    ip_address: str | None


class RequestLogMiddleware:
    """Outside of all that may answer. Of the probes it tells only when they fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._format = _as_json if settings.LOG_FORMAT == "json" else _as_text

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self._get_response(request)
        seconds = time.perf_counter() - started
        route = route_of(request)
        if response.status_code >= 400 or route not in PROBES:
            line = _describe(request, route, response.status_code, seconds)
            writer.write(self._format(line))
        return response


def _describe(request: HttpRequest, route: str, status: int, seconds: float) -> Line:
    principal, credential = _caller(request)
    request_id = request.META["REQUEST_ID"]
    return Line(
        timestamp(time.time()),
        "ERROR" if status >= 500 else "INFO",
        # A client chose a longer one: it may be a token.
        request_id if len(request_id) <= _MADE_ID_LENGTH else scrubbed(request_id),
        method_of(request),
        route,
        status,
        round(1000 * seconds, 2),
        principal,
        credential,
        address_of(request),
    )


def _caller(request: HttpRequest) -> tuple[str | None, str | None]:
    """The id of the user, and the kind of credential; without a query."""
    credential = getattr(request, "auth", None)
    if isinstance(credential, Credential):
        return str(request.user.pk), credential.kind
    # The admin's, if a page has looked at who asks; else Django would look now.
    user = getattr(request, "_cached_user", None)
    if user is not None and user.is_authenticated:
        return str(user.pk), "admin_session"
    return None, None


def _as_json(line: Line) -> str:
    moment, level, request_id, method, route, status, duration, principal, credential, ip = line
    return (
        f'{{"time":"{moment}","level":"{level}","logger":"{LOGGER}",'
        f'"message":"{method} {route} {status}","request_id":"{request_id}",'
        f'"method":"{method}","route":"{route}","status":{status},"duration_ms":{duration},'
        f'"principal":{_quoted(principal)},"credential":{_quoted(credential)},'
        f'"ip_address":{_quoted(ip)}}}\n'
    )


def _quoted(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def _as_text(line: Line) -> str:
    moment, level, request_id, method, route, status, duration, principal, credential, ip = line
    caller = f"{credential} of {principal}" if principal else "anonymous"
    return (
        f"{moment} {level} {LOGGER} [{request_id}] {method} {route} {status} {duration} ms "
        f"{caller} at {ip}\n"
    )
