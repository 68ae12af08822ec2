"""Queries that are written with the ORM and turned into SQL once.

To build a statement from a query set takes the ORM several times as long as to run it, and it comes
out the same every time. The few queries that every request runs are compiled here at their first
use; after that only the values change.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable, NamedValuesListIterable
from django.db.models.utils import create_namedtuple_class

P = ParamSpec("P")
Row = TypeVar("Row")

_FIELDS: "dict[type, models.Field[Any, Any]]" = {
    uuid.UUID: models.UUIDField(),
    dt.datetime: models.DateTimeField(),
    str: models.CharField(),
    bool: models.BooleanField(),
}


class _Parameter(Expression):
    """Where the value of an argument goes."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def adapt(self, arguments: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(arguments[self.name], connection)


class CompiledQuery(Generic[P, Row]):
    """What `compiled` makes: called with keyword arguments, it returns the rows as a list.

    The rows are what the query set would give: model instances, or the tuples of `values_list`.
    """

    def __init__(self, build: Callable[P, models.QuerySet[Any, Row]]) -> None:
        self._build: Callable[..., models.QuerySet[Any, Row]] = build

    def queryset(self, *args: P.args, **kwargs: P.kwargs) -> models.QuerySet[Any, Row]:
        """The query set for these values, to be narrowed further."""
        fields = self._fields
        return self._build(**{name: models.Value(kwargs[name], fields[name]) for name in fields})

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        sql, parameters, read = self._statement
        return read(self._fetch(sql, parameters, kwargs))

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """The row of a query that finds one at most, or None."""
        return next(iter(self(*args, **kwargs)), None)

    def page(self, limit: int, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """At most the first `limit` rows."""
        sql, parameters, read = self._statement
        return read(self._fetch(f"{sql} LIMIT %s", (*parameters, limit), kwargs))

    def _fetch(self, sql: str, parameters: tuple[Any, ...], arguments: dict[str, Any]) -> Any:
        database = connections[DEFAULT_DB_ALIAS]
        values = [p.adapt(arguments, database) if type(p) is _Parameter else p for p in parameters]
        cursor = _cursor(database)
        cursor.execute(sql, values)
        return cursor.fetchall()

    @cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...], Callable[[Any], list[Row]]]:
        rows = self._build(**{name: _Parameter(name, kind) for name, kind in self._fields.items()})
        compiler = rows.query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql()
        return sql, tuple(parameters), _reader(rows, compiler)

    @cached_property
    def _fields(self) -> "dict[str, models.Field[Any, Any]]":
        hints = get_type_hints(self._build)
        return {name: _FIELDS[kind] for name, kind in hints.items() if name != "return"}


def compiled(build: Callable[P, models.QuerySet[Any, Row]]) -> CompiledQuery[P, Row]:
    """Decorates a function that builds a query set from its arguments, which are keyword-only and
    annotated with a UUID, a time, a string or a flag.

    The function gets expressions in place of the values: it must not look at them, slice, or use
    `select_related`.
    """
    return CompiledQuery(build)


def insert(row: models.Model) -> None:
    """Store a new row, as `save(force_insert=True)` does, by SQL that is built once a model."""
    database = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insertion(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]
    _cursor(database).execute(sql, values)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _cursor(database: Any) -> CursorWrapper:
    """Not to be closed, nor used again after what was executed is fetched: it may be the
    connection's own."""
    database.ensure_connection()
    kept = getattr(database.connection, "kept_cursor", None)
    cursor: CursorWrapper = database._prepare_cursor(kept) if kept else database.cursor()
    return cursor


@cache
def _insertion(model: "type[models.Model]") -> "tuple[str, list[models.Field[Any, Any]]]":
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    # The database numbers what has no key of its own.
    fields = [f for f in model._meta.local_concrete_fields if not isinstance(f, models.AutoField)]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})", fields  # noqa: S608


def _reader(rows: Any, compiler: Any) -> Callable[[Iterable[Any]], list[Any]]:
    """Turns what was fetched into what the query set gives."""
    columns = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(columns)

    def convert(fetched: Iterable[Any]) -> Iterable[Any]:
        return map(tuple, compiler.apply_converters(fetched, converters)) if converters else fetched

    if issubclass(rows._iterable_class, NamedValuesListIterable):
        named = create_namedtuple_class(*rows._fields)
        return lambda fetched: [named._make(row) for row in convert(fetched)]
    if not issubclass(rows._iterable_class, ModelIterable):
        return lambda fetched: list(convert(fetched))

    names = [column.target.attname for column in columns]
    return lambda fetched: [
        rows.model.from_db(compiler.using, names, row) for row in convert(fetched)
    ]
