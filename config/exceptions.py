"""The errors a client is told about, and the one place that turns them into answers.

A refusal is a subclass of `DomainError` that lives beside the code that raises it; its `error` is
the string that clients show, its `code` the stable name that they may switch on.
"""

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions as drf
from rest_framework.response import Response

logger = logging.getLogger("hyperspeed.api")

READ_ONLY = "25006"
# A table or a column that is not there yet.
NOT_MIGRATED = {"42P01", "42703"}
DAMAGED_FILE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
RETRY_AFTER_OUTAGE_SECONDS = 5


class DomainError(Exception):
    """A request that is refused. Subclasses fix `status`, `error` and `code`.

    `fields` maps the name of an input field to its machine-readable problem codes;
    `retry_after` is in seconds.
    """

    status: ClassVar[int] = 400
    error: str
    code: ClassVar[str]

    def __init__(
        self,
        *,
        error: str | None = None,
        fields: Mapping[str, list[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        if error is not None:
            self.error = error
        self.fields = fields
        self.retry_after = retry_after
        super().__init__(self.error)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to this refusal."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    def body(self, request_id: str) -> dict[str, object]:
        """The JSON body of the answer."""
        body: dict[str, object] = {"error": self.error, "code": self.code, "request_id": request_id}
        if self.fields is not None:
            body["fields"] = self.fields
        return body


class ValidationFailed(DomainError):
    """Input that has no error string of its own in the contract."""

    error = "validation failed"
    code = "validation_error"


class InvalidJson(DomainError):
    error = "invalid json"
    code = "invalid_json"


class BadRequest(DomainError):
    error = "bad request"
    code = "bad_request"


class Unauthorized(DomainError):
    """No valid credential (RFC 6750 §3). `is_presented`: one was sent, and it is no good."""

    status = 401
    error = "unauthorized"
    code = "unauthorized"

    def __init__(self, *, is_presented: bool = False) -> None:
        super().__init__()
        self._challenge = 'Bearer error="invalid_token"' if is_presented else "Bearer"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": self._challenge}


class Forbidden(DomainError):
    """A valid credential that may not do this."""

    status = 403
    error = "forbidden"
    code = "forbidden"


class NotFound(DomainError):
    status = 404
    error = "not found"
    code = "not_found"


class MethodNotAllowed(DomainError):
    status = 405
    error = "method not allowed"
    code = "method_not_allowed"


class NotAcceptable(DomainError):
    status = 406
    error = "only application/json is available"
    code = "not_acceptable"


class Conflict(DomainError):
    status = 409


class LengthRequired(DomainError):
    status = 411
    error = "content-length required"
    code = "length_required"


class PayloadTooLarge(DomainError):
    status = 413
    error = "request body too large"
    code = "payload_too_large"


class UnsupportedMediaType(DomainError):
    status = 415
    error = "content-type must be application/json in UTF-8"
    code = "unsupported_media_type"


class TooManyRequests(DomainError):
    status = 429
    error = "too many requests"
    code = "too_many_requests"


class ServerError(DomainError):
    status = 500
    error = "internal error"
    code = "internal_error"


class ServiceUnavailable(DomainError):
    """The database does not answer in time, or all hands are busy; nothing was decided."""

    status = 503
    error = "service unavailable"
    code = "service_unavailable"

    def __init__(self) -> None:
        super().__init__(retry_after=RETRY_AFTER_OUTAGE_SECONDS)


# What an answer of this status means when Django itself made it.
BY_STATUS: dict[int, type[DomainError]] = {
    400: BadRequest,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    406: NotAcceptable,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
    500: ServerError,
}


def is_outage(exception: BaseException | None) -> bool:
    """Whether the database does not answer, takes no writes, is damaged or is not migrated.

    Some of it the drivers file elsewhere: PostgreSQL what a standby says to a write and what a
    schema lacks, SQLite a file that it cannot read.
    """
    if isinstance(exception, OperationalError | InterfaceError):
        return True
    cause = exception.__cause__ if isinstance(exception, DatabaseError) else None
    return (
        getattr(cause, "sqlstate", None) in {READ_ONLY, *NOT_MIGRATED}
        or getattr(cause, "sqlite_errorcode", 0) & 0xFF in DAMAGED_FILE  # the rest is a detail
    )


def log_outage(exception: BaseException) -> None:
    """Without the driver's text: it may name the server and its user."""
    cause = exception.__cause__ or exception
    lacks = "no such " in str(exception) or getattr(cause, "sqlstate", None) in NOT_MIGRATED
    hint = " (is it migrated?)" if lacks else ""
    logger.error("database unavailable: %s%s", type(cause).__name__, hint)


def as_domain_error(exception: BaseException | None) -> DomainError | None:  # noqa: C901, PLR0911  (a table)
    """The refusal that `exception` stands for, or None for a defect of ours."""
    match exception:
        case DomainError():
            return exception
        case drf.NotAuthenticated():
            return Unauthorized()
        case drf.AuthenticationFailed():
            return Unauthorized(is_presented=True)
        case drf.ValidationError():
            return validation_failed(exception)
        case drf.APIException():
            return BY_STATUS.get(exception.status_code, BadRequest)()
        case Http404():
            return NotFound()
        case PermissionDenied():
            return Forbidden()
        case RequestDataTooBig():
            return PayloadTooLarge()
        case UnreadablePostError():  # the client is gone
            return BadRequest()
        case _ if is_outage(exception):
            return ServiceUnavailable()
    return None


def handle_api_exception(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's EXCEPTION_HANDLER: every refusal in the contract's shape."""
    refusal = as_domain_error(exception)
    if refusal is None:
        return None
    if is_outage(exception):
        log_outage(exception)
    headers = dict(refusal.headers)
    if isinstance(exception, drf.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    request_id = context["request"].META["REQUEST_ID"]
    return Response(refusal.body(request_id), status=refusal.status, headers=headers)


def validation_failed(exception: drf.ValidationError) -> ValidationFailed:
    """The first problem in words, all of them as codes."""
    codes, messages = exception.get_codes(), exception.detail
    if not isinstance(codes, dict) or not isinstance(messages, dict):
        return ValidationFailed()
    name = next(iter(messages))
    fields = {str(field): _leaves(problems) for field, problems in codes.items()}
    return ValidationFailed(error=f"{name}: {_leaves(messages[name])[0]}", fields=fields)


def _leaves(problems: object) -> list[str]:
    if isinstance(problems, dict):
        problems = list(problems.values())
    if isinstance(problems, list):
        return [leaf for problem in problems for leaf in _leaves(problem)]
    return [str(problems)]
