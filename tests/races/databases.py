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
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.environment import temporary_sqlite_url
from tests.server import migrate

Connection = sqlite3.Connection | psycopg.Connection
# What a migration writes, and an application that runs has in its caches.
_KEPT = {"auth_permission", "django_content_type", "django_migrations"}
_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sqlite_sequence'"
_POSTGRESQL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
# Where Django has its database for tests.
_MEMORY = "file:memorydb_default?mode=memory&cache=shared"
# The URL of the database that all processes of a suite copy.
TEMPLATE = "HYPERSPEED_TEST_TEMPLATE"


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
    server = os.environ["DATABASE_URL"]
    url = _create(server, f" TEMPLATE {urlsplit(template).path[1:]}")
    try:
        yield Database(url)
    finally:
        _drop(server, url)


@contextmanager
def empty_postgresql_database(options: str) -> Iterator[str]:
    """The URL of one more database on the PostgreSQL server of the tests, made with these options,
    and removed at the end."""
    server = os.environ["DATABASE_URL"]
    url = _create(server, f" {options}")
    try:
        yield url
    finally:
        _drop(server, url)


def make_template(server: str) -> str:
    """Migrate a new database of the kind of this one, beside it; returns its URL."""
    url = temporary_sqlite_url() if server.startswith("sqlite:") else _create(server)
    migrate(url)
    return url


@contextmanager
def copied_for_tests(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the tests' own database begin as a copy of the suite's template, if there is one: Django
    finds nothing to migrate."""
    template = os.environ.get(TEMPLATE, "")
    path = urlsplit(template).path[1:]
    if template.startswith("sqlite:"):
        # The memory is there for as long as somebody is connected.
        with closing(sqlite3.connect(_MEMORY, uri=True)) as copy:
            with closing(sqlite3.connect(path)) as source:
                source.backup(copy)
            yield
        return
    if template:
        database.settings_dict["TEST"]["TEMPLATE"] = path
    yield


@cache
def _template() -> str:
    """The URL of a database that was migrated: the suite's, or one for as long as this process."""
    if of_the_suite := os.environ.get(TEMPLATE):
        return of_the_suite
    server = os.environ["DATABASE_URL"]
    url = make_template(server)
    if not server.startswith("sqlite:"):
        atexit.register(_drop, server, url)
    return url


def _create(server: str, options: str = "") -> str:
    """Make a database on the server of this URL; returns its URL."""
    name = f"hyperspeed_race_{secrets.token_hex(4)}"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name}{options}".encode())
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _drop(server: str, url: str) -> None:
    name = urlsplit(url).path[1:]
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
