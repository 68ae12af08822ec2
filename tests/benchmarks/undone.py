"""The techniques of the hot path, each with what stands in its place when it is undone.

Runs in the product's process: `tests.benchmarks.techniques` starts it.
"""

import cProfile
import datetime as dt
import json
import pstats
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import psycopg
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections, connection, reset_queries
from django.test import RequestFactory, override_settings
from psycopg.types.datetime import TimestamptzLoader
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.serializers import Serializer
from rest_framework_simplejwt.state import token_backend

from accounts import authentication, compiled
from accounts.access_tokens import AccessClaims, AccessToken
from accounts.compiled import CompiledQuery
from accounts.negotiation import JsonNegotiation
from accounts.outputs import OutputSerializer
from config import middleware, postgresql
from config.wsgi import application

ROUNDS, REQUESTS, WARM = 7, 300, 30
OURS = "the product"
# The first part of a path that fits.
OWNERS = {
    "psycopg and its pool": "/psycopg",
    "Django's connection, cursor and models": "/django/db/",
    "the rest of Django": "/django/",
    "asgiref, for Django's locals": "/asgiref/",
    "REST framework": "/rest_framework/",
    "the standard library": "/lib/python",
}
WAITING = ("connection.py", "wait")
Undo = Callable[[], AbstractContextManager[Any]]
Ask = Callable[[], None]
_handler: Any = application


def main() -> None:
    """Print, for each technique and each call that standard input names, how many µs of CPU a
    request takes more without it; the last row is the product as it is."""
    asks = {name: asking(targets) for name, targets in json.load(sys.stdin).items()}
    print(f"| undone | {' | '.join(asks)} |\n|---{'|---:' * len(asks)}|")
    plain = dict[str, list[float]]()
    for title, undo in UNDONE.items():
        row = []
        for name, ask in asks.items():
            usual, other = compare(ask, undo)
            plain.setdefault(name, []).extend(usual)
            row.append(f"{median(other) - median(usual):+.0f}")
        print(f"| {title} | {' | '.join(row)} |", flush=True)
    print(f"| nothing | {' | '.join(f'{median(values):.0f}' for values in plain.values())} |")
    print_shares(asks)


def print_shares(asks: dict[str, Ask]) -> None:
    """Whose code the time of a request is spent in, without the wait for the database: in percent,
    by a profile, to which many small functions look dearer than they are."""
    shares = {name: shares_of(ask) for name, ask in asks.items()}
    print(f"\n| spent in | {' | '.join(shares)} |\n|---{'|---:' * len(shares)}|")
    for owner in (*OWNERS, OURS):
        print(f"| {owner} | {' | '.join(f'{found[owner]:.0%}' for found in shares.values())} |")


def shares_of(ask: Ask) -> Counter[str]:
    profile = cProfile.Profile(builtins=False)  # they are counted for whoever calls them
    profile.enable()
    for _ in range(REQUESTS):
        ask()
    profile.disable()
    spent = Counter[str]()
    for (file, _, function), (_, _, self_seconds, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if (Path(file).name, function) != WAITING:
            spent[next((name for name, part in OWNERS.items() if part in file), OURS)] += (
                self_seconds
            )
    return Counter({name: seconds / spent.total() for name, seconds in spent.items()})


def asking(targets: Sequence[Sequence[str]]) -> Ask:
    """A function that makes the next of these requests."""
    factory = RequestFactory(SERVER_NAME="127.0.0.1")
    requests = cycle(
        [factory.get(path, headers={"authorization": f"Bearer {t}"}).environ for path, t in targets]
    )

    def start(status: str, *_: Any) -> None:
        if not status.startswith("200"):
            raise SystemExit(f"answered {status}")

    def ask() -> None:
        answer = _handler(dict(next(requests)), start)
        b"".join(answer)
        answer.close()

    return ask


def compare(ask: Ask, undo: Undo) -> tuple[list[float], list[float]]:
    """CPU µs a request, as it is and with a technique undone, in turn."""
    pairs = [(cost(ask, nullcontext), cost(ask, undo)) for _ in range(ROUNDS)]
    return [usual for usual, _ in pairs], [other for _, other in pairs]


def cost(ask: Ask, undo: Undo) -> float:
    with undo():
        for _ in range(WARM):
            ask()
        before = time.process_time()
        for _ in range(REQUESTS):
            ask()
        return (time.process_time() - before) / REQUESTS * 1e6


def replaced(target: Any, **values: Any) -> Undo:
    return lambda: mock.patch.multiple(target, **values)


def through_the_orm(query: Any, **values: Any) -> Any:
    return list(query.queryset(**values))


def page_through_the_orm(query: Any, limit: int, **values: Any) -> Any:
    return list(query.queryset(**values)[:limit])


def shown(kind: Any, instance: Any) -> Any:
    return Serializer.to_representation(kind(), instance)


def each_shown(kind: Any, instances: Any) -> Any:
    return [shown(kind, instance) for instance in instances]


def simply_read(raw: str) -> AccessClaims:
    payload = AccessToken(raw).payload  # type: ignore[arg-type]  # typed as a Token there
    return AccessClaims(uuid.UUID(payload["sub"]), uuid.UUID(payload["sid"]))


@contextmanager
def simplejwt() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(authentication, "read_access_token", simply_read))
        how = "get_token_backend"
        stack.enter_context(mock.patch.object(AccessToken, how, return_value=token_backend))
        yield


@contextmanager
def all_middleware() -> Iterator[None]:
    names = [name for name in settings.MIDDLEWARE if not name.endswith("ApiMiddleware")]
    with override_settings(MIDDLEWARE=names):
        _handler.load_middleware()
        yield
    _handler.load_middleware()


def connected(**options: Any) -> Undo:
    """A new pool with these options, and then the usual one again."""

    @contextmanager
    def undo() -> Iterator[None]:
        usual = connection.settings_dict["OPTIONS"]
        connection.settings_dict["OPTIONS"] = usual | options
        _reconnect()
        yield
        connection.settings_dict["OPTIONS"] = usual
        _reconnect()

    return undo


def _reconnect() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's


class PsycopgsLoader(TimestamptzLoader):
    timezone = dt.UTC  # looked at by Django


@contextmanager
def times_of_psycopg() -> Iterator[None]:
    with mock.patch.object(postgresql, "MomentLoader", PsycopgsLoader), connected()():
        yield


@contextmanager
def looking_for_connections() -> Iterator[None]:
    """Django's receivers that the product takes away."""
    usual = (reset_queries, close_old_connections)
    for receiver in usual:
        request_started.connect(receiver)
    yield
    for receiver in usual:
        request_started.disconnect(receiver)


UNDONE: dict[str, Undo] = {
    "SQL is built for every request": replaced(
        CompiledQuery, __call__=through_the_orm, page=page_through_the_orm
    ),
    "a serializer is made for every object": replaced(
        OutputSerializer, of=classmethod(shown), each=classmethod(each_shown)
    ),
    "SimpleJWT reads access tokens": simplejwt,
    "the API passes all middleware": all_middleware,
    "routes are looked through": replaced(middleware, _resolve=middleware._resolve.__wrapped__),
    "a connection is asked whether it lives": replaced(postgresql, TRUST_SECONDS=0.0),
    "connections are looked for when a request begins": looking_for_connections,
    "REST framework reads the Accept header": replaced(
        JsonNegotiation, select_renderer=DefaultContentNegotiation.select_renderer
    ),
    "psycopg reads times": times_of_psycopg,
    "hot queries go by way of cursors": replaced(compiled, _fetch_prepared=lambda *_: None),
    "statements are not prepared": connected(prepare_threshold=None),
    "values are bound by the client": connected(cursor_factory=psycopg.ClientCursor),
}
