"""Searches of the admin's lists: anywhere in a short one, by indexes in a long one."""

import unicodedata
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet, UUIDField
from django.utils.text import smart_split

from accounts.admin_found import MAX_FOUND, Condition, find, is_beginning
from accounts.admin_lists import MAX_LISTED
from accounts.emails import MAX_EMAIL_LENGTH, email_key

MAX_WORDS = 20  # each is one more condition, and a database takes only so many


def _key_of_email(text: str) -> str:
    part_of_one = unicodedata.normalize("NFKC", text).casefold()
    return email_key(text) or part_of_one


# How the columns are made that hold what was typed in a form of their own.
KEYS: dict[str, Callable[[str], str]] = {
    "email_key": _key_of_email,
    "name_key": str.casefold,
    "slug": str.casefold,
}


def cleaned(text: str) -> str:
    """The text with single blanks and without quotes around it; empty if nothing is left."""
    return " ".join(text.split()).strip("\"' ")[:MAX_EMAIL_LENGTH]


def spellings(text: str) -> list[str]:
    """The text as it was typed, since a name may hold quotes and many blanks, and cleaned."""
    return list(dict.fromkeys((text.strip()[:MAX_EMAIL_LENGTH], cleaned(text))))


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
    if is_beginning(lookup):
        return lookup.replace("startswith", "contains")
    is_id = isinstance(model._meta.get_field(lookup), UUIDField)
    return lookup if is_id else f"{lookup}__icontains"


def search_anywhere(rows: QuerySet[Any], words: Iterable[list[Condition]]) -> QuerySet[Any]:
    """Those of `rows` in which each of the words fulfils one of its conditions."""
    for conditions in words:
        rows = rows.filter(reduce(or_, map(Q, conditions), Q(pk__in=())))
    return rows


def search_by_indexes(
    rows: QuerySet[Any], conditions: list[Condition], *, if_nothing: str, rest_is_seen_by: str
) -> QuerySet[Any]:
    """Those of `rows` that fulfil one of the conditions, 1,000 at most.

    The query knows what the page should say of more, or of none (`notice`), and at how many rows
    it was cut (`capped_at`, for the paginator).
    """
    found = find(rows, conditions)
    shown: Any = rows.filter(pk__in=found.keys)
    shown.capped_at = len(found.keys) if found.is_cut else 0
    shown.notice = ""
    if found.is_cut:
        advice = rest_is_seen_by if found.is_whole else "Type more of it"
        shown.notice = too_many_found(advice, is_in_order=found.is_in_order)
    elif not found.keys and any(is_beginning(lookup) for lookup, _ in conditions):
        shown.notice = if_nothing
    return shown  # type: ignore[no-any-return]


def too_many_found(advice: str, *, is_in_order: bool) -> str:
    which = "the first" if is_in_order else "any"
    return f"More than {MAX_FOUND:,} rows match; {which} {MAX_FOUND:,} of them are shown. {advice}."


def nothing_begins_with(text: str, *, has_filters: bool) -> str:
    advice = "; a filter makes the list shorter" if has_filters else ""
    return (
        f"Nothing begins with “{text}”. In a list of more than {MAX_LISTED:,} rows"
        f" only beginnings are searched{advice}."
    )


def _value(model: type[Model], lookup: str, text: str) -> Any:
    """What to look for; None for a text that the field cannot hold."""
    path, _, kind = lookup.rpartition("__")
    if kind in {"startswith", "contains"}:  # of a key
        return KEYS[path.rpartition("__")[2]](text)
    if kind in {"istartswith", "icontains"}:
        return text
    field: Any = model._meta.get_field(lookup)
    try:
        return field.clean(text, None)
    except ValidationError:
        return None
