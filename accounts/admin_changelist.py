"""The list of rows of every page of the admin."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_lists import MAX_LISTED, AtLeast
from accounts.admin_search import cleaned


class BoundedChangeList(ChangeList):
    """Sorts by the columns that say so, and in the order of a short list or of a long one."""

    def _get_default_ordering(self) -> Any:
        admin: Any = self.model_admin
        is_short = self.sortable_by == admin.list_display  # by every column
        of_a_long_one = super()._get_default_ordering()  # type: ignore[misc]  # not in the stubs
        return (is_short and admin.short_ordering) or of_a_long_one

    def get_ordering_field(self, field_name: Any) -> Any:
        is_sortable = field_name in (self.sortable_by or ())
        return super().get_ordering_field(field_name) if is_sortable else None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        if not cleaned(self.query):  # quotes around nothing search for nothing
            self.query = ""
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        """Tells what the search has to say, and on the last page that there are rows after it.

        Not before: of a page that does not exist, the answer is a way to another one.
        """
        super().get_results(request)
        notice = getattr(self.queryset, "notice", "")
        if notice and request.method == "GET":
            messages.info(request, notice)
        is_cut = isinstance(self.result_count, AtLeast) and not self.query
        is_last = self.page_num == self.paginator.num_pages
        if is_cut and is_last and request.method == "GET":
            admin: Any = self.model_admin
            messages.info(request, rest_of_list(admin.rest_is_seen_by))


def rest_of_list(seen_by: str) -> str:
    return f"Only the first {MAX_LISTED:,} are listed. {seen_by}."
