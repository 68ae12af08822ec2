"""Links from one page of the admin to another, for those to whom it opens."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest


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
