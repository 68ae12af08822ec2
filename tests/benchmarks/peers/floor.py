"""Bare Django views on raw SQL: what is left when the product's layers cost nothing."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from tests.benchmarks.peers import reads, writes
from tests.benchmarks.peers.database import Database


def _answer(body: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(body)
    response["Content-Length"] = str(len(response.content))
    return response


def _get(call: Callable[..., dict[str, Any]]) -> Callable[..., JsonResponse]:
    def view(request: HttpRequest, **values: uuid.UUID) -> JsonResponse:
        with connection.cursor() as cursor:
            database = Database(cursor)
            return _answer(call(database, request.META["HTTP_AUTHORIZATION"], **values))

    return view


def _post(
    call: Callable[[Database, dict[str, Any], str], dict[str, Any]],
) -> Callable[[HttpRequest], JsonResponse]:
    def view(request: HttpRequest) -> JsonResponse:
        with connection.cursor() as cursor:
            database = Database(cursor)
            return _answer(call(database, json.loads(request.body), request.META["REMOTE_ADDR"]))

    return view


_ORGANIZATION = "api/v1/organizations/<uuid:organization>"
urlpatterns = [
    path("api/v1/organizations", _get(reads.organizations)),
    path(f"{_ORGANIZATION}/spaces", _get(reads.spaces)),
    path(f"{_ORGANIZATION}/spaces/access-summary", _get(reads.access_summary)),
    path("api/v1/me", _get(reads.me)),
    path("api/v1/auth/login", _post(writes.log_in)),
    path("api/v1/auth/refresh", _post(writes.refresh)),
]
