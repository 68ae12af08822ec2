"""The application's edge: request ids, refusals before anything is parsed, JSON for the API."""

import logging
import random
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.template.response import SimpleTemplateResponse
from django.urls import ResolverMatch, resolve

from config.error_pages import is_api, refuse
from config.exceptions import (
    BY_STATUS,
    BadRequest,
    DomainError,
    LengthRequired,
    PayloadTooLarge,
    ServerError,
)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
API_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Scripts from files of ours alone. The page of an error stands for itself: its style is in it.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# As Django keeps them: checked and spelt once, and not for every answer.
_API_HEADERS = ResponseHeaders(API_HEADERS)._store
KEPT_HEADERS = {"allow", "retry-after", "vary"}
MAX_KEPT_PATH = 160
MAX_KEPT_SEGMENT = 36  # an id; a secret is longer
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")


class EdgeMiddleware:
    """Outermost. Guarantees what holds for every answer, whoever made it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _request_id(request)
        request.META["REQUEST_ID"] = request_id
        context = current_request_id.set(request_id)
        try:
            response = self._respond(request)
        finally:
            current_request_id.reset(context)
        response["X-Request-ID"] = request_id
        # The proxy ends TLS: that a request came in over https is not for us to see.
        if settings.SECURE_HSTS_SECONDS:
            seconds = settings.SECURE_HSTS_SECONDS
            response.setdefault("Strict-Transport-Security", f"max-age={seconds}")
        if not response.streaming:
            response.setdefault("Content-Length", str(len(response.content)))
            if request.method == "HEAD":
                response.content = b""
        return response

    def _respond(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        return _as_api_answer(request, response) if is_api(request) else response


class GateMiddleware:
    """Refuses what no view should see. Behind CORS, so that a browser may read the refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = _refuse_early(request)
        return refuse(request, refusal) if refusal else self._get_response(request)


class ApiMiddleware:
    """Leads the API past the middleware that follows: what pages need (sessions, CSRF, messages,
    static files) is no use to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_page = get_response
        self._get_answer: Any = convert_exception_to_response(_call_view)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        get_response = self._get_answer if is_api(request) else self._get_page
        return get_response(request)


class PageMiddleware:
    """Tells the browser what a page may load and run: what a page shows was typed by strangers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.setdefault("Content-Security-Policy", PAGE_POLICY)
        return response


def _call_view(request: HttpRequest) -> HttpResponse:
    """What Django does behind the last middleware."""
    path = request.path_info
    # An invite's token may be in it, spelt right or wrong: not to be kept in memory, nor is
    # anything endless.
    is_kept = len(path) <= MAX_KEPT_PATH and max(map(len, path.split("/"))) <= MAX_KEPT_SEGMENT
    match = _resolve(path) if is_kept else resolve(path)
    request.resolver_match = match
    response = match.func(request, *match.args, **match.kwargs)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


@lru_cache(maxsize=1024)
def _resolve(path: str) -> ResolverMatch:
    """The view of a path: to look through the routes takes nearly as long as a query."""
    return resolve(path)


class RequestIdFilter(logging.Filter):
    """Gives every log record the id of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)  # Django logs an answer when we are done with it
        known = request.META.get("REQUEST_ID") if isinstance(request, HttpRequest) else None
        record.request_id = known or current_request_id.get()
        return True


def _request_id(request: HttpRequest) -> str:
    sent = request.META.get("HTTP_X_REQUEST_ID", "")
    # No secret: os.urandom would let go of the interpreter, and wait until it gets it back.
    return sent if REQUEST_ID.fullmatch(sent) else f"{random.getrandbits(128):032x}"


def _refuse_early(request: HttpRequest) -> DomainError | None:
    try:
        request.get_host()
    except DisallowedHost:
        return BadRequest(error="host not allowed")
    # PostgreSQL stores none; the API looks at its parameters itself.
    if not is_api(request) and "\x00" in unquote(request.META.get("QUERY_STRING", "")):
        return BadRequest()
    # Without a length Django takes a chunked body for an empty one.
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        return LengthRequired()
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return PayloadTooLarge()
    return None


def _as_api_answer(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Never HTML: an error page that Django made (a debug page) becomes the error body."""
    content_type = response.get("Content-Type", "")
    if response.status_code >= 400 and not content_type.startswith("application/json"):
        response = _translate(request, response)
    if not response.streaming and not response.content:
        del response["Content-Type"]
    response.headers._store.update(_API_HEADERS)
    return response


def _translate(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    answer = refuse(request, BY_STATUS.get(page.status_code, ServerError)())
    answer.status_code = page.status_code
    for name, value in page.headers.items():
        if name.lower() in KEPT_HEADERS or name.lower().startswith("access-control-"):
            answer[name] = value
    return answer
