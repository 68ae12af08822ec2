"""Queries that are written with the ORM and turned into SQL once.

To build a statement from a query set takes the ORM several times as long as to run it, and it comes
out the same every time. The few queries that every request runs are compiled here at their first
use; after that only the values change.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable, NamedValuesListIterable
from django.db.models.utils import create_namedtuple_class

P = ParamSpec("P")
Row = TypeVar("Row")

_Fields = list["models.Field[Any, Any]"]
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
        value = arguments[self.name]
        if connection.vendor == "postgresql":  # it takes all of _FIELDS as they are
            return value
        return self.output_field.get_db_prep_value(value, connection)


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
        _, parameters, read = self._statement
        return read(self._fetch(self._limited, (*parameters, limit), kwargs))

    def _fetch(self, sql: str, parameters: tuple[Any, ...], arguments: dict[str, Any]) -> Any:
        database = connections[DEFAULT_DB_ALIAS]
        values = [p.adapt(arguments, database) if type(p) is _Parameter else p for p in parameters]
        if (rows := _fetch_prepared(database, sql, values)) is not None:
            return rows
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    @cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...], Callable[[Any], list[Row]]]:
        rows = self._build(**{name: _Parameter(name, kind) for name, kind in self._fields.items()})
        compiler = rows.query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql()
        return sql, tuple(parameters), _reader(rows, compiler)

    @cached_property
    def _limited(self) -> str:
        return f"{self._statement[0]} LIMIT %s"

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


def _fetch_prepared(database: Any, sql: str, values: list[Any]) -> list[Any] | None:
    """The rows, by the shortest way; None where a cursor has to go: it tells who listens, and
    refuses to go on in a transaction that is broken."""
    if database.vendor != "postgresql":
        return None
    if database.execute_wrappers or database.queries_logged or database.needs_rollback:
        return None
    database.ensure_connection()
    with database.wrap_database_errors:
        rows: list[Any] | None = database.connection.fetch_prepared(sql, values)
        return rows


def insert(row: models.Model) -> None:
    """Store a new row, as `save(force_insert=True)` does, by SQL that is built once a model."""
    database = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insertion(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]
    with database.cursor() as cursor:
        cursor.execute(sql, values)
    _mark_stored(row)


def insert_if(
    condition: str, values: Mapping[str, Any], rows: Sequence[models.Model], *, and_delete: str
) -> tuple[Any, ...] | None:
    """Run a statement that returns one row at most; if it does, run a DELETE with a
    WHERE and store new rows. Returns that row. All of it happens, or nothing.

    PostgreSQL gets one statement: a round trip for each row, and two for BEGIN and COMMIT, take it
    longer than the work.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        return _insert_in_steps(condition, values, rows, and_delete)
    sql, fields = _conditional_insertion(condition, tuple(type(row) for row in rows), and_delete)
    own = [
        (f"{number}_{field.column}", field.get_db_prep_save(getattr(row, field.attname), database))
        for number, row in enumerate(rows)
        for field in fields[number]
    ]
    with database.cursor() as cursor:
        cursor.execute(sql, {**values, **dict(own)})
        found: tuple[Any, ...] | None = cursor.fetchone()
    if found is not None:
        for row in rows:
            _mark_stored(row)
    return found


def _insert_in_steps(
    condition: str, values: Mapping[str, Any], rows: Sequence[models.Model], and_delete: str
) -> tuple[Any, ...] | None:
    database = connections[DEFAULT_DB_ALIAS]
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(condition, values)
            found: tuple[Any, ...] | None = cursor.fetchone()
            if found is None:
                return None
            cursor.execute(and_delete, values)
        for row in rows:
            insert(row)
    return found


def _mark_stored(row: models.Model) -> None:
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insertion(model: "type[models.Model]") -> "tuple[str, _Fields]":
    target, fields = _target(model)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {target} VALUES ({places})", fields  # noqa: S608


@cache
def _conditional_insertion(
    condition: str, kinds: "tuple[type[models.Model], ...]", and_delete: str
) -> "tuple[str, list[_Fields]]":
    # The condition goes first: whoever runs the same takes the rows' locks in the same order.
    deletion = f"{and_delete} AND EXISTS (SELECT 1 FROM fulfilled)"  # noqa: S608
    parts = [f"WITH fulfilled AS ({condition})", f"deleted AS ({deletion})"]
    all_fields = list[_Fields]()
    for number, model in enumerate(kinds):
        target, fields = _target(model)
        places = ", ".join(_typed(f"{number}_{field.column}", field) for field in fields)
        parts.append(f"row_{number} AS (INSERT INTO {target} SELECT {places} FROM fulfilled)")  # noqa: S608
        all_fields.append(fields)
    return f"{', '.join(parts)} SELECT * FROM fulfilled", all_fields  # noqa: S608


def _target(model: "type[models.Model]") -> "tuple[str, _Fields]":
    """A table with the columns of a new row."""
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    # The database numbers what has no key of its own.
    fields = [f for f in model._meta.local_concrete_fields if not isinstance(f, models.AutoField)]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    return f"{quote(model._meta.db_table)} ({columns})", fields


def _typed(name: str, field: "models.Field[Any, Any]") -> str:
    """A place for a value of the column's type, which a SELECT does not guess. Not for text: a cast
    would cut what is too long."""
    is_text = isinstance(field, models.CharField)
    kind = "text" if is_text else field.db_type(connections[DEFAULT_DB_ALIAS])
    return f"%({name})s::{kind}"


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
