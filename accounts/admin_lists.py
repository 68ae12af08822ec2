"""Lists that open as quickly with a million rows as with fifty.

A list of at most 10,000 rows is counted to its end, searched anywhere and sorted by every column.
Of a longer one the first 10,000 rows are paged through; it is sorted and searched by indexes: by
what they hold in order, by the beginning of it, or by the whole.
"""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import IntegerField, Model, OuterRef, QuerySet, Subquery
from django.utils.functional import cached_property

MAX_LISTED = 10_000


class AtLeast(int):
    """A number of rows that were not counted to their end."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


def is_long(rows: QuerySet[Any]) -> bool:
    """Whether there are more rows than a list is read as a whole for."""
    return is_longer(rows, MAX_LISTED)


def is_longer(rows: QuerySet[Any], than: int) -> bool:
    """Whether there are more rows than this; counts no further."""
    return _counted(rows, than + 1) > than


def _counted(rows: QuerySet[Any], limit: int) -> int:
    """Of their ids alone: what a query adds to each row would be worked out for all of them."""
    return rows.order_by().values("pk")[:limit].count()


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Pages of the first 10,000 rows: to count, or to skip, a million reads all of them."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        if capped_at := getattr(rows, "capped_at", 0):  # by a search
            return AtLeast(capped_at)
        counted = _counted(rows, MAX_LISTED + 1)
        return counted if counted <= MAX_LISTED else AtLeast(MAX_LISTED)

    def page(self, number: Any) -> Any:
        """Skips by ids alone: of a whole row, joins and annotations are made to be skipped too."""
        page = super().page(number)
        shown = cast("QuerySet[Any]", page.object_list).values("pk")
        page.object_list = cast("QuerySet[Any]", self.object_list).filter(pk__in=shown)
        return page


class CountOfFew(Subquery):
    """How many rows a query has that stops early."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) bounded)"
    output_field = IntegerField()
    empty_result_set_value = 0  # where it is seen without asking that there is none


class BoundedCount(CountOfFew):
    """How many rows belong to each row of a list, up to the limit; to be annotated.

    Asks from the owner's id to the owner's id, not for it: where most rows are of one owner, a
    planner takes them to be of every owner, and reads the whole table for each of the others.
    """

    def __init__(self, model: type[Model], owner: str) -> None:
        bounds = {f"{owner}__gte": OuterRef("pk"), f"{owner}__lte": OuterRef("pk")}
        rows = model._default_manager.filter(**bounds).order_by()
        super().__init__(rows.values("pk")[: MAX_LISTED + 1])


def in_words(count: int) -> str:
    """What a list says of a bounded count."""
    return str(count if count <= MAX_LISTED else AtLeast(MAX_LISTED))
