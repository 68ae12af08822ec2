"""Searches of the admin's lists: anywhere in a short one, by indexes in a long one."""

import unicodedata
from collections.abc import Iterable
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet, UUIDField
from django.http import HttpRequest
from django.utils.text import smart_split

from accounts.admin_lists import MAX_LISTED
from accounts.emails import MAX_EMAIL_LENGTH, email_key

MAX_FOUND = 1_000
MAX_WORDS = 20  # each is one more condition, and a database takes only so many

Condition = tuple[str, Any]  # a lookup, and the value to look for


def cleaned(text: str) -> str:
    """The text with single blanks and without quotes around it; empty if nothing is left."""
    return " ".join(text.split()).strip("\"' ")[:MAX_EMAIL_LENGTH]


def words_of(text: str) -> list[str]:
    """The first 20 words; what is between quotes is one."""
    words = filter(None, map(cleaned, smart_split(text)))
    return list(islice(words, MAX_WORDS))


def conditions_of(model: type[Model], lookups: Iterable[str], text: str) -> list[Condition]:
    """The text by each of the lookups whose field can hold it."""
    values = ((lookup, _value(model, lookup, text)) for lookup in lookups)
    return [(lookup, value) for lookup, value in values if value is not None]


def anywhere(model: type[Model], lookup: str) -> str:
    """The lookup of a long list made that of a short one; an id is looked up as a whole in both."""
    if _is_beginning(lookup):
        return lookup.replace("startswith", "contains")
    is_id = isinstance(model._meta.get_field(lookup), UUIDField)
    return lookup if is_id else f"{lookup}__icontains"


def search_anywhere(rows: QuerySet[Any], words: Iterable[list[Condition]]) -> QuerySet[Any]:
    """Those of `rows` in which each of the words fulfils one of its conditions."""
    for conditions in words:
        rows = rows.filter(reduce(or_, map(Q, conditions), Q(pk__in=())))
    return rows


def search_by_indexes(
    request: HttpRequest,
    rows: QuerySet[Any],
    conditions: list[Condition],
    if_nothing: str,
) -> QuerySet[Any]:
    """Those of `rows` that fulfil one of the conditions, 1,000 at most; tells of more, or of none.

    Each condition is a query of its own: joined by OR, none of them could use its index.
    """
    keys: dict[Any, None] = {}
    for lookup, value in conditions:
        # The newest of a kind; of beginnings any, as no index has them in the list's order.
        ordered = rows.order_by() if _is_beginning(lookup) else rows
        found = ordered.filter(**{lookup: value}).values_list("pk", flat=True)
        keys.update(dict.fromkeys(found[: MAX_FOUND + 1]))
    is_capped = len(keys) > MAX_FOUND
    if request.method == "GET" and is_capped:
        messages.info(request, too_many_found())
    elif request.method == "GET" and not keys and any(_is_beginning(by) for by, _ in conditions):
        messages.info(request, if_nothing)
    shown = rows.filter(pk__in=list(keys)[:MAX_FOUND])
    shown.capped_at = MAX_FOUND if is_capped else 0  # type: ignore[attr-defined]  # for paginator
    return shown


def too_many_found() -> str:
    return f"More than {MAX_FOUND:,} rows match; {MAX_FOUND:,} of them are shown. Type more of it."


def nothing_begins_with(text: str, *, has_filters: bool) -> str:
    advice = "; a filter makes the list shorter" if has_filters else ""
    return (
        f"Nothing begins with “{text}”. In a list of more than {MAX_LISTED:,} rows"
        f" only beginnings are searched{advice}."
    )


def _is_beginning(lookup: str) -> bool:
    return lookup.endswith("startswith")


def _value(model: type[Model], lookup: str, text: str) -> Any:
    """What to look for; None for a text that the field cannot hold."""
    if lookup.endswith(("__startswith", "__contains")):  # of a key, which is stored folded
        return email_key(text) or unicodedata.normalize("NFKC", text).casefold()
    if lookup.endswith(("__istartswith", "__icontains")):
        return text
    field: Any = model._meta.get_field(lookup)
    try:
        return field.clean(text, None)
    except ValidationError:
        return None
