"""What the pages of the admin share."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


class SafeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Answers the questions that its page offers, and no others."""

    show_full_result_count = False
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters of the page: with any lookup, a password hash could be read letter by
        letter from whether a row is shown, and some are an error 500."""
        return lookup in _lookups_of(self.list_filter)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Runs the chosen action; a selection that no page sent is told as such."""
        try:
            return super().response_action(request, queryset, *args, **kwargs)
        except ValidationError:
            messages.error(request, "This selection does not exist.")
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(SafeAdmin):
    """Rows to be found and read; what changes them is an action that calls a service."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the user may use this page's actions: the right to change the rows."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


class StateFilter(admin.SimpleListFilter):
    """Filters by a state that the query set knows: maps each choice to one of its methods."""

    parameter_name = "state"
    title = "state"
    states: tuple[str, ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state.capitalize()) for state in self.states]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.in_state(self.value()) if self.value() in self.states else queryset


def _lookups_of(filters: Any) -> set[str]:
    """The query parameters that the filters of a page write."""
    names = set()
    for item in filters:
        if isinstance(item, str):
            names |= {f"{item}__exact", f"{item}__isnull", f"{item}__id__exact"}
        elif issubclass(item, admin.SimpleListFilter):
            names.add(str(item.parameter_name))
    return names
