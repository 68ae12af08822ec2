"""What the pages of the admin share."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from rest_framework import serializers

from accounts.admin_bulk import Run
from accounts.admin_changelist import BoundedChangeList
from accounts.admin_found import Condition
from accounts.admin_links import open_or_plain
from accounts.admin_lists import BoundedPaginator, is_long, is_longer
from accounts.admin_search import (
    anywhere,
    cleaned,
    conditions_of,
    nothing_begins_with,
    search_anywhere,
    search_by_indexes,
    spellings,
    words_of,
)
from config.exceptions import DomainError, ServiceUnavailable

MAX_CHOICES = 50
# Of the rows of all pages together: each is written by itself, and some page may ask for each, as a
# form field, of which Django reads 1,000.
MAX_ACROSS = 500


class OfferedField(ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Compares what was posted with what was offered, as text: a database fails on huge numbers."""

    def label_from_instance(self, obj: Any) -> str:
        """Of a permission its name, without the table that it belongs to."""
        return str(getattr(obj, "name", obj))

    def clean(self, value: Any) -> Any:
        offered = {str(row.pk) for row in self.queryset or ()}
        for key in value or ():
            if str(key) not in offered:
                text = self.error_messages["invalid_choice"]
                raise ValidationError(text, "invalid_choice", {"value": key})
        return super().clean(value)


class SafeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Answers the questions that its page offers, and no others."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every row once for every choice
    list_per_page = 50
    empty_value_display = "none"
    paginator = BoundedPaginator
    # Of a long list: the columns that an index has in order. By any other all of it is sorted.
    sortable_by: ClassVar[list[str] | tuple[str, ...] | None] = ()
    # Of a short list, where no index has the order that staff want.
    short_ordering: tuple[str, ...] = ()
    rest_is_seen_by = "Filter or search to see others"
    has_bounded_actions = False  # they see to it themselves what becomes of too many rows

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs.setdefault("form_class", OfferedField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters of the page: with any lookup, a password hash could be read letter by
        letter from whether a row is shown, and some are an error 500."""
        return lookup in lookups_of(self.list_filter)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word anywhere in a short list; the beginning of a text in a long one."""
        text = cleaned(search_term)
        if not text:
            return queryset, False
        if not is_long(queryset):
            words = (self.conditions(word, is_long=False) for word in words_of(search_term))
            return search_anywhere(queryset, words), False
        if_nothing = nothing_begins_with(text, has_filters=bool(self.list_filter))
        conditions = dict.fromkeys(
            condition
            for spelling in spellings(search_term)
            for condition in self.conditions(spelling, is_long=True)
        )
        found = search_by_indexes(
            queryset,
            list(conditions),
            if_nothing=if_nothing,
            rest_is_seen_by=self.rest_is_seen_by,
        )
        return found, False

    def conditions(self, text: str, *, is_long: bool) -> list[Condition]:
        """What a row must fulfil, one at least, to be found by the text."""
        fields = [str(field) for field in self.search_fields]
        lookups = fields if is_long else [anywhere(self.model, field) for field in fields]
        return conditions_of(self.model, lookups, text)

    def get_sortable_by(self, request: HttpRequest) -> Any:
        is_sorted_as_a_whole = not is_long(self.model._default_manager.all())
        return self.list_display if is_sorted_as_a_whole else self.sortable_by

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """None for a query in general: the list chooses, by how long it is."""
        return ()

    def own_page(
        self, request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200
    ) -> TemplateResponse:
        """A page beside those that Django makes of a model, such as one that asks."""
        shared = {"opts": self.opts, "may_look": self.has_view_permission(request)}
        context = {**self.admin_site.each_context(request), **shared, **context}
        return TemplateResponse(request, f"admin/{template}", context, status=status)

    def tell_run(
        self, request: HttpRequest, run: Run[Any, Any], past: str
    ) -> TemplateResponse | None:
        """What became of each row of an action that an outage ended; None for any other. In the
        answer itself: a message would wait for a page that the database has to serve."""
        if not run.left:
            return None
        rows, back = run.in_words(past), request.get_full_path()
        title = f"{past}: {sum(is_done for _, is_done, _ in rows)} of {len(rows)}"
        context = {"title": title, "rows": rows, "back": back, "is_cut_off": True}
        refusal = ServiceUnavailable()
        page = self.own_page(request, "cut_off.html", context, status=refusal.status)
        page["Retry-After"] = str(refusal.retry_after)
        return page

    def ask_about(
        self, request: HttpRequest, action: str, rows: list[Any], title: str, template: str
    ) -> HttpResponse | None:
        """The page that asks about rows of the list that were ticked; None once it was answered."""
        if "confirmed" in request.POST:
            return None
        context: dict[str, object] = {"title": title, "action": action, "rows": rows}
        return self.own_page(request, template, {"back": request.get_full_path(), **context})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    @admin.display(description="created at", ordering="pk")
    def created(self, row: Any) -> Any:
        """For lists: ids are in the order of time, so their index sorts."""
        return row.created_at

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Runs the chosen action; a selection that no page sent is told as such."""
        if self._takes_all(request) and is_longer(queryset, MAX_ACROSS):
            text = f"At most {MAX_ACROSS} rows are changed at once. Filter or search for fewer."
            messages.error(request, text)
            return HttpResponseRedirect(request.get_full_path())
        try:
            return super().response_action(request, queryset, *args, **kwargs)
        except ValidationError:
            messages.error(request, "This selection does not exist.")
            return HttpResponseRedirect(request.get_full_path())

    def _takes_all(self, request: HttpRequest) -> bool:
        """Whether an action is asked for of all rows, and not of those that were ticked."""
        field = ActionForm.base_fields["select_across"]
        is_across = bool(field.to_python(request.POST.get("select_across", "")))
        return is_across and not self.has_bounded_actions


class FirstFewFilter(admin.RelatedFieldListFilter):
    """Offers few rows, by name: a page of ten thousand links is of no use. A search by name finds
    what belongs to the others."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        others = field.related_model._default_manager.order_by("name", "pk")
        return [(row.pk, str(row)) for row in self.offered(request, others)[:MAX_CHOICES]]

    def offered(self, request: HttpRequest, others: QuerySet[Any]) -> QuerySet[Any]:
        """Those whose names the user may see here."""
        return others


class ReadOnlyAdmin(SafeAdmin):
    """Rows to be found and read; what changes them is an action that calls a service."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Django makes a link of what has a page, also for those to whom it does not open."""
        names: Any = super().get_fields(request, obj)
        return [open_or_plain(self, request, name) for name in names]

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


def device_in_short(user_agent: str) -> SafeString:
    """One line of a list, cut by the style sheet; the whole is its title."""
    shown = user_agent or "unknown device"
    return format_html('<span class="device" title="{}">{}</span>', user_agent, shown)


def clean_with(
    field: "serializers.Field[Any, Any, Any, Any]", value: object, refusal: str = ""
) -> Any:
    """By a rule of the API. Raises the ValidationError of a form, which says `refusal` if given."""
    try:
        return field.run_validation(value)
    except DomainError as error:
        raise ValidationError(refusal or error.error, error.code) from error
    except serializers.ValidationError as error:
        raise ValidationError([str(text) for text in error.detail]) from error


def lookups_of(filters: Any) -> set[str]:
    """The query parameters that the filters of a page write."""
    names = set()
    for entry in filters:
        item = entry[0] if isinstance(entry, tuple) else entry
        if isinstance(item, str):
            names |= {f"{item}__exact", f"{item}__isnull", f"{item}__id__exact"}
        elif issubclass(item, admin.SimpleListFilter):
            names.add(str(item.parameter_name))
    return names
