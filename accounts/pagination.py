"""Keyset pagination: a page costs the same however deep it lies, and shifts nothing."""

import base64
import datetime as dt
import json
from functools import reduce
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from accounts.compiled import CompiledQuery
from config.exceptions import DomainError

MAX_LIMIT = 1000

P = ParamSpec("P")
Item = TypeVar("Item")


class InvalidLimit(DomainError):
    error = "limit must be a whole number of at least 1"
    code = "invalid_limit"


class InvalidCursor(DomainError):
    error = "invalid cursor"
    code = "invalid_cursor"


def paginate(request: Request, rows: QuerySet[Any, Item]) -> tuple[list[Item], dict[str, str]]:
    """One page of `rows`, which must be ordered by fields (also across `__`) that are unique
    together.

    `?limit=` is at most (and by default) 1,000; `?cursor=` continues behind the row that ended
    the last page. The second value is `{"next_cursor": …}` while there is more, else empty.
    Raises InvalidLimit or InvalidCursor.
    """
    limit = _limit(request)
    if cursor := request.query_params.get("cursor"):
        rows = rows.filter(_behind(rows, cursor))
    return _cut(rows, list(rows[: limit + 1]), limit)


def paginate_compiled(
    request: Request, query: CompiledQuery[P, Item], *args: P.args, **kwargs: P.kwargs
) -> tuple[list[Item], dict[str, str]]:
    """`paginate` for the rows of a compiled query, whose first page needs no new SQL."""
    # Usually there is nothing to read.
    if request.META.get("QUERY_STRING") and request.query_params.get("cursor"):
        return paginate(request, query.queryset(*args, **kwargs))
    limit = _limit(request)
    page = query.page(limit + 1, *args, **kwargs)
    return _cut(query.queryset(*args, **kwargs), page, limit) if len(page) > limit else (page, {})


def _cut(
    rows: QuerySet[Any, Any], page: list[Item], limit: int
) -> tuple[list[Item], dict[str, str]]:
    if len(page) <= limit:
        return page, {}
    return page[:limit], {"next_cursor": _cursor(rows, page[limit - 1])}


def _limit(request: Request) -> int:
    text = request.query_params.get("limit") if request.META.get("QUERY_STRING") else None
    if text is None:
        return MAX_LIMIT
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise InvalidLimit
    return min(int(text.lstrip("0")[:9]), MAX_LIMIT)


def _fields(rows: QuerySet[Any, Any]) -> list[tuple[str, str]]:
    """Each ordering field with the comparison that means "behind"."""
    ordering = [str(name) for name in rows.query.order_by]
    return [(name.lstrip("-"), "lt" if name.startswith("-") else "gt") for name in ordering]


def _cursor(rows: QuerySet[Any, Any], last: object) -> str:
    values = [str(reduce(getattr, name.split("__"), last)) for name, _ in _fields(rows)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _behind(rows: QuerySet[Any, Any], cursor: str) -> Q:
    fields = _fields(rows)
    try:
        values = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        pairs = list(zip(fields, values, strict=True))
        bounds = [
            (name, comparison, _value(rows, name, text)) for (name, comparison), text in pairs
        ]
    except (ValueError, TypeError, OverflowError, ValidationError, RecursionError) as error:
        raise InvalidCursor from error
    condition = Q()
    equal = Q()
    for name, comparison, value in bounds:
        condition |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    return condition


def _field(model: type[Model], name: str) -> Any:
    head, _, rest = name.partition("__")
    field = model._meta.pk if head == "pk" else model._meta.get_field(head)
    return _field(field.related_model, rest) if rest else field  # type: ignore[arg-type]


def _value(rows: QuerySet[Any, Any], name: str, text: object) -> Any:
    if not isinstance(text, str) or "\x00" in text:
        raise ValueError("a cursor holds strings")
    text.encode()  # a UnicodeEncodeError for what no database takes
    value = _field(rows.model, name).to_python(text)
    if value is None or (isinstance(value, dt.datetime) and value.tzinfo is None):
        raise ValueError("a cursor holds values, and times with their zone")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)  # an OverflowError at the ends of the calendar
    return value
