"""What a search of a long list finds: all that match, or those that a list shows of too many."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

MAX_FOUND = 1_000
MAX_OWNERS = 10  # each has a query of its own: of several, no index has the rows in order

Condition = tuple[str, Any]  # a lookup, and the value to look for
Keys = dict[Any, None]


@dataclass(slots=True)
class Found:
    """The ids of what is shown."""

    keys: list[Any]
    is_cut: bool = False  # more match than are shown
    is_whole: bool = False  # the text is all that they have: more of it cannot be typed
    is_in_order: bool = True  # no row that is left out comes before one that is shown


@dataclass(slots=True)
class _TooMany:
    """Ids by how well they match."""

    whole: Keys = field(default_factory=dict)
    others: Keys = field(default_factory=dict)
    is_in_order: bool = True


def is_beginning(lookup: str) -> bool:
    return lookup.endswith("startswith")


def find(rows: QuerySet[Any], conditions: list[Condition]) -> Found:
    """Those of `rows` that fulfil one of the conditions, 1,000 at most.

    Each condition is a query of its own: joined by OR, none of them could use its index.
    """
    keys: Keys = {}
    fulfilled = []
    for lookup, value in conditions:
        # Of beginnings any: no index has them in the list's order.
        some = rows.order_by() if is_beginning(lookup) else rows
        if matching := _keys(some.filter(**{lookup: value})):
            keys |= matching
            fulfilled.append((lookup, value))
    return _cut(rows, fulfilled) if len(keys) > MAX_FOUND else Found(list(keys))


def _cut(rows: QuerySet[Any], conditions: list[Condition]) -> Found:
    """Of too many: first what the text is the whole of, then what only begins with it; each in the
    order of the list, so that what is new is not hidden by what is old."""
    ranked = _TooMany()
    for lookup, value in conditions:
        _rank(ranked, rows, lookup, value)
    whole = _first(rows, ranked.whole)
    if len(ranked.whole) > MAX_FOUND:
        return Found(whole, is_cut=True, is_whole=True)
    rest = _first(rows, {key: None for key in ranked.others if key not in ranked.whole})
    shown = (whole + rest)[:MAX_FOUND]
    return Found(shown, is_cut=True, is_in_order=ranked.is_in_order and not whole)


def _rank(ranked: _TooMany, rows: QuerySet[Any], lookup: str, value: Any) -> None:
    path, _, kind = lookup.rpartition("__")
    if not is_beginning(lookup):
        ranked.whole |= _keys(rows.filter(**{lookup: value}))
        return
    exactly = "exact" if kind == "startswith" else "iexact"
    owner, _, name = path.rpartition("__")
    if not owner:
        ranked.whole |= _keys(rows.filter(**{f"{path}__{exactly}": value}))
        _add_any(ranked, rows, lookup, value)
        return
    named = _owners(rows.model, owner, {f"{name}__{exactly}": value})[:MAX_OWNERS]
    for pk in named:
        ranked.whole |= _keys(rows.filter(**{owner: pk}))
    owners = _owners(rows.model, owner, {f"{name}__{kind}": value})
    for pk in set(owners[:MAX_OWNERS]).difference(named):
        ranked.others |= _keys(rows.filter(**{owner: pk}))
    if len(owners) > MAX_OWNERS:
        _add_any(ranked, rows, lookup, value)


def _add_any(ranked: _TooMany, rows: QuerySet[Any], lookup: str, value: Any) -> None:
    found = _keys(rows.order_by().filter(**{lookup: value}))
    ranked.others |= found
    ranked.is_in_order &= len(found) <= MAX_FOUND


def _owners(model: type[Model], relation: str, named: dict[str, Any]) -> list[Any]:
    """The ids of whom the rows may belong to, up to one more than are asked for their rows."""
    owners: Any = model._meta.get_field(relation).related_model
    return list(owners.objects.filter(**named).values_list("pk", flat=True)[: MAX_OWNERS + 1])


def _keys(rows: QuerySet[Any]) -> Keys:
    return dict.fromkeys(rows.values_list("pk", flat=True)[: MAX_FOUND + 1])


def _first(rows: QuerySet[Any], keys: Keys) -> list[Any]:
    """The first 1,000 of these in the order of the list."""
    if not keys:
        return []
    return list(rows.filter(pk__in=list(keys)).values_list("pk", flat=True)[:MAX_FOUND])
