"""The database server of a run: one copy of the same data for every variant, and its tokens."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.benchmarks import processes
from tests.benchmarks.servers import OURS, VARIANTS, Variant
from tests.postgres import server_version, throwaway_postgres
from tests.server import ROOT, production_environment

# Throttles count, but never refuse. The issuer is the same for all, so that tokens are.
_ENVIRONMENT = {
    "AUTH_RATE_PER_MINUTE": "1000000",
    "LOGIN_FAILURES_PER_ACCOUNT": "1000000",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "GUNICORN_CMD_ARGS": "",
}
_MINTED_FOR_SECONDS = 500  # access tokens live for 900


@dataclass
class World:
    """What servers and callers are told."""

    url: str
    secrets: Mapping[str, str]
    rows: dict[str, Any] = field(default_factory=dict)
    _tokens: dict[str, Any] = field(default_factory=dict)
    _minted_at: float = 0
    _stock: dict[str, Any] = field(default_factory=dict)

    def environment(self, variant: Variant, url: str = "") -> dict[str, str]:
        """What the variant's server runs with; `url` leads to its database another way."""
        url = url or self.database(variant)
        return production_environment(url, 0, **_ENVIRONMENT, **self.secrets)

    def database(self, variant: Variant) -> str:
        """The URL of the variant's own copy."""
        return urlsplit(self.url)._replace(path=f"/{_name(variant)}").geturl()

    def tokens(self, variant: Variant) -> Mapping[str, list[str]]:
        """Access tokens by what they are for, in lists as long as there are sessions."""
        if variant.is_stock:
            return {**self._stock, "sa": self._stock["load"]}  # it has no service accounts
        if time.monotonic() > self._minted_at + _MINTED_FOR_SECONDS or not self._tokens:
            self._tokens = self._run("mint", VARIANTS[OURS])
            self._minted_at = time.monotonic()
        return {**self._tokens, "sa": self.rows["sa"]}

    def chains(self, variant: Variant) -> list[str]:
        """Refresh tokens of sessions that nothing else uses."""
        chains: list[str] = (self._stock if variant.is_stock else self.rows)["chains"]
        return list(chains)

    def fill(self) -> None:
        """Make the data once, and the copies of it."""
        environment = production_environment(self.url, 0, **_ENVIRONMENT, **self.secrets)
        _manage(environment, "migrate", "--no-input", "-v0")
        self.rows = json.loads(_shell(environment, "make_rows"))
        server = urlsplit(self.url)._replace(path="/postgres").geturl()
        template = urlsplit(self.url).path[1:]
        with psycopg.connect(server, autocommit=True) as connection:
            for variant in VARIANTS.values():
                connection.execute(f"CREATE DATABASE {_name(variant)} TEMPLATE {template}".encode())
        for variant in VARIANTS.values():
            self._settle(variant)
        self._stock = self._run("mint_stock", VARIANTS["stock"])

    def _settle(self, variant: Variant) -> None:
        with psycopg.connect(self.database(variant), autocommit=True) as connection:
            if variant.name == "stock":
                statement = "UPDATE accounts_user SET password = %s WHERE kind = 'human'"
                connection.execute(statement, [self.rows["stock_hash"]])
            connection.execute("VACUUM ANALYZE")

    def _run(self, function: str, variant: Variant) -> dict[str, Any]:
        environment = self.environment(variant) | {"DJANGO_SETTINGS_MODULE": variant.settings}
        printed: dict[str, Any] = json.loads(_shell(environment, function))
        return printed

    @property
    def postgres_version(self) -> str:
        return server_version(self.url)

    def postmaster(self) -> int:
        """The process id of the database server."""
        with psycopg.connect(self.url) as connection:
            return processes.parent(connection.info.backend_pid)


@contextmanager
def make_world() -> Iterator[World]:
    """A throw-away server with the data. Raises PostgresUnavailable."""
    names = ("SECRET_KEY", "JWT_SIGNING_KEY")
    with throwaway_postgres() as url:
        world = World(url, {name: secrets.token_hex(32) for name in names})
        world.fill()
        yield world


def _name(variant: Variant) -> str:
    return f"bench_{variant.name.replace('-', '_')}"


def _shell(environment: Mapping[str, str], function: str) -> str:
    code = f"from tests.benchmarks import data; data.{function}()"
    return _manage(environment, "shell", "--no-imports", "-v0", "-c", code)


def _manage(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout
