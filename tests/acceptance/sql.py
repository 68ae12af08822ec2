"""The server's database from outside: what an attack wrote, and changes that time makes."""

import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psycopg

PRODUCT_TABLES = (
    *("accounts_user", "accounts_session", "accounts_passwordreset"),
    *("organizations_organization", "organizations_role", "organizations_membership"),
    *("organizations_memberrole", "organizations_invite", "organizations_signuprequest"),
    *("organizations_space", "organizations_spacerole"),
    *("service_accounts_serviceaccount", "service_accounts_serviceaccounttoken"),
    *("token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken", "django_admin_log"),
)  # not counters, audit events and admin sessions: to be refused leaves its traces there
STOCK_TABLES = (
    *("auth_user", "auth_group"),
    *("token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken"),
)


def connect(url: str) -> "sqlite3.Connection | psycopg.Connection":
    """A connection to the database of a server, whose times are in UTC."""
    if url.startswith("sqlite:"):
        return sqlite3.connect(urlsplit(url).path[1:], timeout=20)
    return psycopg.connect(url, options="-c timezone=UTC")


def execute(url: str, statement: str) -> int:
    """Run a statement; the first column of its first row as a number, or 0."""
    with closing(connect(url)) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        connection.commit()
        return int(row[0]) if row else 0


def count_rows(url: str, tables: tuple[str, ...]) -> dict[str, int]:
    """The number of rows of each table."""
    queries = [f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables]  # noqa: S608 (names in this file)
    with closing(connect(url)) as connection:
        rows = connection.execute(" UNION ALL ".join(queries)).fetchall()
    return {str(name): int(count) for name, count in rows}


def dump(url: str) -> str:
    """Every value of every table, as one text."""
    is_sqlite = url.startswith("sqlite:")
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if is_sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    with closing(connect(url)) as connection:
        tables = [row[0] for row in connection.execute(catalogue).fetchall()]
        contents = [connection.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables]  # noqa: S608 (from the catalogue)
    return repr(contents)
