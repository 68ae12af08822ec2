"""A refusal as an answer outside Django REST framework: JSON for the API, a page for people."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from config.exceptions import DomainError

API = "/api"


def is_api(request: HttpRequest) -> bool:
    """Whether the caller is a program that reads JSON."""
    return request.path_info == API or request.path_info.startswith(f"{API}/")


def refuse(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The answer to a request that is refused."""
    response = _json(request, refusal) if is_api(request) else _page(request, refusal)
    for name, value in refusal.headers.items():
        response[name] = value
    return response


def _json(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    style = {"separators": (",", ":"), "ensure_ascii": False}
    body = refusal.body(request.META["REQUEST_ID"])
    return JsonResponse(body, status=refusal.status, json_dumps_params=style)


def _page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    return render(request, "error.html", {"refusal": refusal}, status=refusal.status)
