"""What an audit event holds, in words: kinds of rows, names instead of ids, values."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, UUIDField
from django.template.defaultfilters import linebreaksbr
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import AuditEvent, Session, User

NONE = "none"

_words: dict[str, Callable[[Iterable[str]], str]] = {}


def kind_in_words(kind: str) -> str:
    """ "signuprequest" as "sign-up request"."""
    model = _model_of(kind)
    return str(model._meta.verbose_name) if model else kind or NONE


def row_in_words(kind: str, key: uuid.UUID | None) -> SafeString | str:
    """What the row is called, with a link to its page if it has one."""
    model = _model_of(kind)
    if model is None or key is None:
        return NONE
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        return "gone by now"
    return _link(row)


def name_rows(events: Iterable[AuditEvent]) -> None:
    """Gives each event `happened_to`: the kind of row, with what that is called today if it is
    still there. A query for each kind, however many events."""
    by_kind: dict[str, list[AuditEvent]] = {}
    for event in events:
        by_kind.setdefault(event.target_kind, []).append(event)
    for kind, of_kind in by_kind.items():
        names = _names_of(kind, [event.target_id for event in of_kind if event.target_id])
        for event in of_kind:
            told = names.get(event.target_id, kind_in_words(kind))
            event.happened_to = told  # type: ignore[attr-defined]  # as an annotation would be


def _names_of(kind: str, keys: list[uuid.UUID]) -> dict[uuid.UUID | None, str]:
    model = _model_of(kind)
    if model is None:
        return {}
    # With those whom rows are called after, such as the user of a session.
    rows = model._default_manager.select_related().filter(pk__in=keys)
    return {row.pk: _with_kind(kind, row) for row in rows}


def _with_kind(kind: str, row: Model) -> str:
    """ "user: Ada (ada@example.com)"; "session of Ada (ada@example.com)" says it already."""
    kind, name = kind_in_words(kind), str(row)
    return name if name.startswith(f"{kind} ") else f"{kind}: {name}"


def tell_with(words: Callable[[Iterable[str]], str], *, detail: str) -> None:
    """Has the lists that are kept as this detail told so; empty words for an empty list."""
    _words[detail] = words


def details_in_words(kind: str, details: Mapping[str, Any]) -> SafeString | str:
    """ "name: New · roles: Editor, Reader", with the names that forms have for the fields."""
    told = [(_label(kind, name), _value(kind, name, value)) for name, value in details.items()]
    return format_html_join(" · ", "{}: {}", told) or NONE


def _model_of(kind: str) -> type[Model] | None:
    """Ours: the trail keeps UUIDs, and Django's sessions, say, have keys of another type."""
    ours = (model for model in apps.get_models() if isinstance(model._meta.pk, UUIDField))
    return next((model for model in ours if model._meta.model_name == kind), None)


def _link(row: Model) -> SafeString | str:
    """What the row is called today, leading to its page, which is that of its id."""
    try:
        page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return format_html('<a href="{}">{}</a>', reverse(page, args=[row.pk]), row)
    except NoReverseMatch:
        return str(row)


def _field(kind: str, name: str) -> Any:
    """The field that the detail was taken from; None for what is no field."""
    if name == "reason" and kind in {"session", "user"}:
        return Session._meta.get_field("revoked_reason")
    for model in (_model_of(kind) or User, User):
        try:
            return model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
    return None


def _label(kind: str, name: str) -> str:
    if name.endswith("_ids"):
        return f"{kind_in_words(name.removesuffix('_ids'))}s"
    field = _field(kind, name)
    return str(field.verbose_name) if field else name.replace("_", " ")


def _value(kind: str, name: str, value: Any) -> SafeString | str:
    if name.endswith("_ids"):
        return _names(name.removesuffix("_ids"), value) or NONE
    if isinstance(value, list):
        return _words.get(name, ", ".join)(map(str, value)) or NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return NONE
    choices = dict(getattr(_field(kind, name), "flatchoices", ()))
    return linebreaksbr(choices.get(value, value))


def _names(kind: str, keys: list[str]) -> SafeString:
    """In the order of the keys; of a row that is gone, its id."""
    model = _model_of(kind)
    rows = model._default_manager.filter(pk__in=keys) if model else ()
    names = {str(row.pk): _link(row) for row in rows}
    told = [(names.get(key, f"one that is gone ({key})"),) for key in keys]
    return format_html_join(", ", "{}", told)
