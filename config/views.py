"""Error pages and the two health checks."""

import sys

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.exceptions import (
    OUTAGE,
    BadRequest,
    DomainError,
    Forbidden,
    NotFound,
    ServerError,
    ServiceUnavailable,
    error_response,
)
from config.middleware import API_PREFIX
from config.version import GIT_SHA, VERSION


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the process answers; touches nothing else."""
    return JsonResponse({"status": "ok", "version": VERSION, "git_sha": GIT_SHA})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process can serve: 503 while the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OUTAGE:
        return JsonResponse({"ok": False, "db": False}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"ok": True, "db": True})


def api_not_found(request: HttpRequest, path: str) -> HttpResponse:
    """The end of the API's routes: JSON, in debug mode too."""
    return error_response(NotFound(), request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _error_page(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _error_page(request, Forbidden())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _error_page(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Called while the exception is handled: a database outage is told apart from a defect."""
    is_outage = isinstance(sys.exc_info()[1], OUTAGE)
    return _error_page(request, ServiceUnavailable() if is_outage else ServerError())


def _error_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return error_response(refusal, request)
    response = render(request, "error.html", {"refusal": refusal}, status=refusal.status)
    for name, value in refusal.headers.items():
        response[name] = value
    return response
