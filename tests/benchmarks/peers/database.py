"""What the calls need of a database: Django's cursors have it, and psycopg's."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class Cursor(Protocol):
    def execute(self, query: Any, params: Mapping[str, Any], /) -> object: ...
    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Database:
    """A cursor, and how its connection begins a transaction."""

    cursor: Cursor
    atomic: Callable[[], AbstractContextManager[Any]]

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement, values)
        return self.cursor.fetchall()

    def run(self, statement: str, **values: Any) -> None:
        self.cursor.execute(statement, values)
