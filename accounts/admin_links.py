"""Links from one page of the admin to another, for those to whom it opens."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst


class Link(NamedTuple):
    text: str
    url: str


def way_to(site: AdminSite, request: HttpRequest, row: Model, name: str) -> Link | None:
    """To the one row that belongs to this one by the relation `name`, where there is one and its
    page opens to the user. Takes one query, and none for who may see no such page."""
    relation: Any = row._meta.get_field(name)
    page = site._registry.get(relation.related_model)
    if page is None or not page.has_view_permission(request):
        return None
    found = page.get_queryset(request).filter(**{relation.remote_field.name: row})
    key = found.values_list("pk", flat=True).first()
    if key is None:
        return None
    change = f"admin:{page.opts.app_label}_{page.opts.model_name}_change"
    return Link(str(capfirst(page.opts.verbose_name)), reverse(change, args=[key]))


def open_or_plain(
    page: "ModelAdmin[Any]", request: HttpRequest, name: str
) -> str | Callable[[Any], str]:
    """The field, or a text in its place where it would be a link to a closed page."""
    try:
        field: Any = page.opts.get_field(name)
    except FieldDoesNotExist:  # what the page itself says
        return name
    linked = page.admin_site._registry.get(field.related_model) if field.is_relation else None
    if linked is None or linked.has_view_permission(request):
        return name
    return _plain(page, name, field.verbose_name)


def _plain(page: "ModelAdmin[Any]", name: str, label: str) -> Callable[[Any], str]:
    def shown(row: Any) -> str:
        value = getattr(row, name)
        return str(page.get_empty_value_display() if value is None else value)

    shown.__name__ = name
    shown.short_description = label  # type: ignore[attr-defined]  # as Django reads it
    return shown
