"""The OpenAPI document: what views say of themselves, and the errors that all calls share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

from accounts.credentials import EXPIRY_HEADER
from accounts.deprecation import Deprecation, mark
from accounts.inputs import InputSerializer
from accounts.outputs import OutputSerializer
from accounts.pagination import InvalidCursor, InvalidLimit
from config.exceptions import (
    DomainError,
    Forbidden,
    InvalidJson,
    NotFound,
    PayloadTooLarge,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
    ValidationFailed,
)

Method = TypeVar("Method", bound=Callable[..., Any])
Output = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any] | None

_HEADER = "#/components/headers/"
REQUEST_ID = "8bfd1c59250540d9a834acfe598a7a91"
NEXT_CURSOR_HELP = "There while there is more: pass it on as ?cursor=."
PAGE_PARAMETERS = [
    OpenApiParameter("limit", int, description="At most (and by default) 1,000."),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]

# What can go wrong with each documented call, beside what can go wrong with any.
_errors: dict[str, tuple[type[DomainError], ...]] = {}


def operation(
    operation_id: str,
    summary: str,
    *,
    body: Output = None,
    answer: Output = None,
    status: int = 200,
    errors: Sequence[type[DomainError]] = (),
    query: Sequence[OpenApiParameter] = (),
    example: Mapping[str, object] | None = None,
    shows: Mapping[str, object] | None = None,
    note: str = "",
    deprecation: Deprecation | None = None,
) -> Callable[[Method], Method]:
    """Document a view's method under a stable operation id.

    `answer` None means an answer without a body; `errors` are the refusals of its own; `example`
    is a request body, `shows` an answer, `note` what else a caller must know. What has a
    `deprecation` says so in its answers too.
    """
    _errors[operation_id] = tuple(errors)
    examples = [OpenApiExample("request", value=example, request_only=True)] if example else []
    if shows:
        examples.append(OpenApiExample("answer", value=shows, response_only=True))
    said = [note, deprecation.description if deprecation else ""]
    document = extend_schema(
        operation_id=operation_id,
        summary=summary,
        request=body,
        responses={status: answer},
        parameters=list(query),
        examples=examples,
        deprecated=deprecation is not None or None,
        description="\n\n".join(filter(None, said)) or None,
    )

    def declare(method: Method) -> Method:
        if deprecation is not None:
            mark(method, deprecation)
        documented: Method = document(method)
        return documented

    return declare


def page_of(
    key: str, row: type[serializers.BaseSerializer[Any]], name: str = "", **more: Any
) -> serializers.Serializer[Any]:
    """A list answer: rows under `key`, and `next_cursor` while there is more."""
    name = name or f"{row.__name__.removesuffix('Output')}List"
    fields = {
        key: row(many=True),
        **more,
        "next_cursor": serializers.CharField(required=False, help_text=NEXT_CURSOR_HELP),
    }
    return inline_serializer(name, fields)


@cache
def wrapped(key: str, row: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """An answer that holds one object under `key`."""
    name = f"{row.__name__.removesuffix('Output')}Answer"
    return inline_serializer(name, {key: row()})


class ApiSchema(AutoSchema):
    """Our conventions: one bearer scheme, tags by the path."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"bearer": []}] if self.view.authentication_classes else []

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        below = parts[2:]  # /api/v1/...
        return [below[1] if below[0] == "organizations" and len(below) > 1 else below[0]]

    def get_description(self) -> str:  # type: ignore[override]  # as in the base, beside its stubs
        return ""


def get_doc_excludes() -> list[type]:
    """Bases whose docstrings are for us, not for the readers of the document."""
    ours = [InputSerializer, OutputSerializer]
    return [*get_lib_doc_excludes(), *ours]  # type: ignore[no-untyped-call]


def add_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing hook: gives every operation its error answers, with an example for each, and
    the header fields of its answers."""
    result["components"]["schemas"]["Error"] = ERROR_SCHEMA
    result["components"]["headers"] = HEADERS
    for path, item in result["paths"].items():
        for call in item.values():
            for error in _errors_of(path, call):
                _add_error(call["responses"], error)
            call["responses"] = dict(sorted(call["responses"].items()))
            for status, answer in call["responses"].items():
                if names := sorted(_headers_of(call, int(status))):
                    answer["headers"] = {name: {"$ref": f"{_HEADER}{name}"} for name in names}
    return result


def _headers_of(call: dict[str, Any], status: int) -> set[str]:
    """The names of the fields that an answer may carry beside those of every answer."""
    is_counted = TooManyRequests in _errors.get(call["operationId"], ())
    names = {"RateLimit", "RateLimit-Policy"} if is_counted and status < 500 else set()
    names |= {"Retry-After"} if status in {429, 503} else set()
    names |= {"Deprecation", "Sunset", "Link"} if call.get("deprecated") else set()
    # On refusals too; said once a call.
    return names | ({EXPIRY_HEADER} if call.get("security") and status < 300 else set())


def _errors_of(path: str, call: dict[str, Any]) -> Iterator[type[DomainError]]:
    yield from _errors.get(call["operationId"], ())
    if call.get("security"):
        yield Unauthorized
    if any(parameter["name"] == "cursor" for parameter in call.get("parameters", ())):
        yield from (InvalidLimit, InvalidCursor)
    if "requestBody" in call:
        yield from (InvalidJson, ValidationFailed)
        yield from (PayloadTooLarge, UnsupportedMediaType)
    if "{organization_id}" in path:
        yield from (_by_code("not_a_member"), Forbidden)
    if "{" in path:
        yield NotFound
    yield ServiceUnavailable


def _add_error(responses: dict[str, Any], error: type[DomainError]) -> None:
    answer = responses.setdefault(
        str(error.status),
        {
            "description": "",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        },
    )
    media = answer.get("content", {}).get("application/json")
    if media is None:
        return
    value = {"error": error.error, "code": error.code, "request_id": REQUEST_ID}
    media.setdefault("examples", {})[error.code] = {"value": value}
    codes = ", ".join(f"`{code}`" for code in media["examples"])
    answer["description"] = codes


def _by_code(code: str) -> type[DomainError]:
    return next(kind for kind in all_errors() if getattr(kind, "code", "") == code)


def all_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Every kind of refusal that has been imported."""
    for kind in base.__subclasses__():
        yield kind
        yield from all_errors(kind)


ERROR_SCHEMA = {
    "type": "object",
    "required": ["error", "code", "request_id"],
    "properties": {
        "error": {"type": "string", "description": "Text that may be shown as it is."},
        "code": {"type": "string", "description": "Stable: switch on this."},
        "request_id": {"type": "string"},
        "fields": {
            "type": "object",
            "description": "For each field, its problems as codes.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

HEADERS = {
    "RateLimit-Policy": {
        "description": "The limits that the call was counted against: `q` calls in `w` seconds "
        "(draft-ietf-httpapi-ratelimit-headers). Missing where the call was not counted.",
        "schema": {"type": "string"},
        "example": '"network";q=30;w=60',
    },
    "RateLimit": {
        "description": "How many calls are left of each limit (`r`), and in how many seconds they "
        "are all there again (`t`).",
        "schema": {"type": "string"},
        "example": '"network";r=12;t=34',
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    EXPIRY_HEADER: {
        "description": "Whole days until the service account token expires, 0 on the last: from 30 "
        "days before on, on refusals too; missing before, and for what does not expire.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 30},
    },
    "Deprecation": {
        "description": "Since when the call is deprecated, in seconds since 1970 (RFC 9745).",
        "schema": {"type": "string"},
        "example": "@1769817600",
    },
    "Sunset": {
        "description": "When the call stops working (RFC 8594).",
        "schema": {"type": "string"},
        "example": "Fri, 31 Jul 2026 00:00:00 GMT",
    },
    "Link": {
        "description": "Where it says what to use instead.",
        "schema": {"type": "string"},
    },
}
