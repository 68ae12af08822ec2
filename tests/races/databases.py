"""Databases for real servers, of the kind that DATABASE_URL names, and what tests see in them."""

import atexit
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.environment import temporary_sqlite_url
from tests.server import migrate

Connection = sqlite3.Connection | psycopg.Connection
# What a migration writes, and an application that runs has in its caches.
_KEPT = {"auth_permission", "django_content_type", "django_migrations"}
_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sqlite_sequence'"
_POSTGRESQL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@dataclass(frozen=True)
class Database:
    """A database of its own, beside the application that serves it."""

    url: str

    def count(self, table: str) -> int:
        """The number of rows."""
        return self.counts([table])[table]

    def counts(self, tables: Iterable[str]) -> dict[str, int]:
        """The number of rows of each table."""
        queries = [f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables]  # noqa: S608 (names in these tests)
        with closing(self._connect()) as connection:
            rows = connection.execute(" UNION ALL ".join(queries)).fetchall()
        return {str(name): int(count) for name, count in rows}

    def execute(self, statement: str) -> int:
        """Run a statement; the first column of its first row as a number, or 0."""
        with closing(self._connect()) as connection:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            connection.commit()
            return int(row[0]) if row else 0

    def change(self, statement: str) -> int:
        """Run a statement; the number of rows that it changed."""
        with closing(self._connect()) as connection:
            changed = connection.execute(statement).rowcount
            connection.commit()
            return changed

    def dump(self) -> str:
        """Every value of every table, as one text."""
        with closing(self._connect()) as connection:
            queries = [f'SELECT * FROM "{name}"' for name in self._tables(connection)]  # noqa: S608 (from the catalogue)
            return repr([connection.execute(query).fetchall() for query in queries])

    def clear(self) -> None:
        """Delete what the application wrote, in one transaction, while its server runs.

        In any order: the foreign keys are checked at the end, or not by this connection.
        """
        with closing(self._connect()) as connection:
            for table in self._tables(connection):
                if table not in _KEPT:
                    connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 (from the catalogue)
            connection.commit()

    @contextmanager
    def writing(self) -> "Iterator[Writer]":
        """A transaction of ours, committed at the end; its rows are locked (SQLite: everything)."""
        with closing(self._connect()) as connection:
            if self._is_sqlite:
                connection.execute("BEGIN IMMEDIATE")
            yield Writer(connection)
            connection.commit()

    @property
    def _is_sqlite(self) -> bool:
        return self.url.startswith("sqlite:")

    def _tables(self, connection: Connection) -> list[str]:
        query = _SQLITE_TABLES if self._is_sqlite else _POSTGRESQL_TABLES
        return [row[0] for row in connection.execute(query).fetchall()]

    def _connect(self) -> Connection:
        """Times are in UTC, as the application stores them."""
        if self._is_sqlite:
            return sqlite3.connect(urlsplit(self.url).path[1:], timeout=20)
        return psycopg.connect(self.url, options="-c timezone=UTC")


@dataclass(frozen=True)
class Writer:
    """Writes in an open transaction."""

    connection: Connection

    def execute(self, statement: str, *values: str) -> None:
        """With `%s` for each value; ids are text, which each database stores in its own way."""
        if isinstance(self.connection, sqlite3.Connection):
            self.connection.execute(statement.replace("%s", "?"), values)
        else:
            self.connection.execute(statement.encode(), values)


@contextmanager
def fresh_database() -> Iterator[Database]:
    """A database as its migrations leave it, removed at the end: a file, or one more on the same
    PostgreSQL server. It is a copy, since to migrate takes seconds."""
    template = _template()
    if template.startswith("sqlite:"):
        with tempfile.TemporaryDirectory(prefix="hyperspeed-race-") as folder:
            copy = Path(folder, "db.sqlite3")
            shutil.copyfile(urlsplit(template).path[1:], copy)
            yield Database(f"sqlite:///{copy}")
        return
    url = _create(f" TEMPLATE {urlsplit(template).path[1:]}")
    try:
        yield Database(url)
    finally:
        _drop(url)


@contextmanager
def empty_postgresql_database(options: str) -> Iterator[str]:
    """The URL of one more database on the PostgreSQL server of the tests, made with these options,
    and removed at the end."""
    url = _create(f" {options}")
    try:
        yield url
    finally:
        _drop(url)


@cache
def _template() -> str:
    """The URL of a database that was migrated, and is there for as long as this process."""
    if os.environ["DATABASE_URL"].startswith("sqlite:"):
        url = temporary_sqlite_url()
    else:
        url = _create()
        atexit.register(_drop, url)
    migrate(url)
    return url


def _create(options: str = "") -> str:
    """Make a database on the server of the tests; returns its URL."""
    server = os.environ["DATABASE_URL"]
    name = f"hyperspeed_race_{secrets.token_hex(4)}"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name}{options}".encode())
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _drop(url: str) -> None:
    name = urlsplit(url).path[1:]
    with closing(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
