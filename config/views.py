"""Error pages and the two health checks."""

import sys

from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from config.error_pages import refuse
from config.exceptions import (
    BadRequest,
    Forbidden,
    NotFound,
    ServerError,
    ServiceUnavailable,
    as_domain_error,
    is_outage,
)
from config.openapi import get_schema, schema_as_yaml
from config.version import BASE_DIR, GIT_SHA, VERSION

LIST = "/docs/"
DOCUMENTS_FOLDER = BASE_DIR / "docs"
# What somebody needs who calls the API; the rest is about how it is built and run.
DOCUMENTS = {
    *("llms.txt", "openapi.yaml", "hyperspeed.http", "guide.md", "browser.md", "scripts.md"),
    *("errors.md", "rate-limits.md", "pagination.md", "deprecation.md"),
    *("clients/hyperspeed.py", "clients/hyperspeed.ts"),
}


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
    except Error as error:
        if not is_outage(error):
            raise
        headers = ServiceUnavailable().headers
        return JsonResponse({"ok": False, "db": False}, status=503, headers=headers)
    return JsonResponse({"ok": True, "db": True})


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document, in JSON or with `?format=yaml` in YAML."""
    if request.GET.get("format") == "yaml":
        return HttpResponse(schema_as_yaml(), content_type="application/yaml")
    return JsonResponse(get_schema())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI, from our own static files."""
    return render(request, "docs.html")


@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """A page of docs/ for those who call the API, as it is written. Raises Http404.

    A guide, and the list of all at /docs/, is made readable for those who would rather have HTML,
    which browsers say.
    """
    if name not in DOCUMENTS:
        raise Http404
    if not name.endswith(".md") and request.path_info != LIST:
        return _as_written(name)
    response = _as_page(name) if _would_rather_have_html(request) else _as_written(name)
    patch_vary_headers(response, ["Accept"])
    return response


def _would_rather_have_html(request: HttpRequest) -> bool:
    try:
        liked = request.get_preferred_type(["text/plain", "text/markdown", "text/html"])
    except ValueError:  # a parameter in a character set that nobody knows (RFC 2231)
        return False
    return liked == "text/html"


def _as_written(name: str) -> HttpResponse:
    text = (DOCUMENTS_FOLDER / name).read_bytes()
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _as_page(name: str) -> HttpResponse:
    # Programs need it never: its Markdown would be a tenth of a second of every start.
    from config.guides import POLICY, guide_page  # noqa: PLC0415

    return HttpResponse(guide_page(name), headers={"Content-Security-Policy": POLICY})


def api_not_found(request: HttpRequest) -> HttpResponse:
    """The end of the API's routes: JSON, in debug mode too."""
    return refuse(request, NotFound())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, Forbidden())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is handled: a database outage is told apart from a defect."""
    return refuse(request, as_domain_error(sys.exc_info()[1]) or ServerError())
