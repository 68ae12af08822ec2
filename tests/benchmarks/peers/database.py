"""What the calls need of a database: Django's cursors have it, and psycopg's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Cursor(Protocol):
    def execute(self, query: Any, params: Mapping[str, Any], /) -> object: ...
    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Database:
    """A cursor of a connection that commits each statement."""

    cursor: Cursor

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement, values)
        return self.cursor.fetchall()

    def run(self, statement: str, **values: Any) -> None:
        self.cursor.execute(statement, values)
