"""Lists that open as quickly with a million rows as with fifty: nothing in them grows.

Rows are counted up to a limit, sorted by what an index holds in order, and found by the beginning
of what an index holds, or by the whole of it.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import IntegerField, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.emails import email_key

MAX_LISTED = 10_000
MAX_FOUND = 1_000
TOO_MANY_FOUND = (
    f"More than {MAX_FOUND:,} rows match; {MAX_FOUND:,} of them are shown. Type more of it."
)
BEGINNINGS_ONLY = "This list is long: a word is found at the beginning of an e-mail or name only."


class AtLeast(int):
    """A number of rows that were not counted to their end."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Pages of the first 10,000 rows: to count, or to skip, a million reads all of them."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        counted = rows.order_by()[: MAX_LISTED + 1].count()
        return counted if counted <= MAX_LISTED else AtLeast(MAX_LISTED)

    def page(self, number: Any) -> Any:
        """Skips by ids alone: of a whole row, joins and annotations are made to be skipped too."""
        page = super().page(number)
        shown = cast("QuerySet[Any]", page.object_list).values("pk")
        page.object_list = cast("QuerySet[Any]", self.object_list).filter(pk__in=shown)
        return page


class BoundedChangeList(ChangeList):
    """Sorts by the columns that say so: by any other, a database would sort the whole table."""

    def get_ordering_field(self, field_name: Any) -> Any:
        is_sortable = field_name in (self.sortable_by or ())
        return super().get_ordering_field(field_name) if is_sortable else None


class BoundedCount(Subquery):
    """How many rows belong to each row of a list, up to the limit; to be annotated.

    Asks from the owner's id to the owner's id, not for it: where most rows are of one owner, a
    planner takes them to be of every owner, and reads the whole table for each of the others.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) bounded)"
    output_field = IntegerField()

    def __init__(self, model: type[Model], owner: str) -> None:
        bounds = {f"{owner}__gte": OuterRef("pk"), f"{owner}__lte": OuterRef("pk")}
        rows = model._default_manager.filter(**bounds).order_by()
        super().__init__(rows.values("pk")[: MAX_LISTED + 1])


def in_words(count: int) -> str:
    """What a list says of a bounded count."""
    return str(count if count <= MAX_LISTED else AtLeast(MAX_LISTED))


def search(
    request: HttpRequest, rows: QuerySet[Any], lookups: Iterable[str], text: str
) -> QuerySet[Any]:
    """Those of `rows` that one of the lookups finds, 1,000 at most of each; tells of more.

    Each lookup is a query of its own: joined by OR, none of them could use its index. A short list
    is read as a whole, so that the text may stand anywhere; of a long one the beginnings are found.
    """
    is_long = rows.order_by()[: MAX_LISTED + 1].count() > MAX_LISTED
    if is_long and request.method == "GET" and any(map(_is_beginning, lookups)):
        messages.info(request, BEGINNINGS_ONLY)
    keys = set()
    for lookup in lookups:
        value = _value(rows, lookup, text)
        if not is_long:
            lookup = lookup.replace("startswith", "contains")  # noqa: PLW2901
        if value is not None:
            # The newest of a kind; of beginnings any, as no index has them in the list's order.
            ordered = rows.order_by() if _is_beginning(lookup) else rows
            found = ordered.filter(**{lookup: value}).values_list("pk", flat=True)
            page = list(found[: MAX_FOUND + 1])
            if len(page) > MAX_FOUND and request.method == "GET":
                messages.info(request, TOO_MANY_FOUND)
            keys.update(page[:MAX_FOUND])
    return rows.filter(pk__in=keys)


def _is_beginning(lookup: str) -> bool:
    return lookup.endswith("startswith")


def _value(rows: QuerySet[Any], lookup: str, text: str) -> Any:
    """What to look for; None for a text that the field cannot hold."""
    if lookup.endswith("__startswith"):  # of a key, which is stored in its folded form
        return email_key(text) or unicodedata.normalize("NFKC", text).casefold()
    if lookup.endswith("__istartswith"):
        return text
    try:
        return rows.model._meta.get_field(lookup).clean(text, None)
    except ValidationError:
        return None
