"""A database that goes away while something is written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection

SECRET = "postgresql://hyperspeed:hunter2@10.0.0.5/hyperspeed"


class Outage:
    """Whether it has come, and how many statements were tried since then."""

    has_come = False
    tried_since = 0


@contextmanager
def outage_at(statement: str, times: int = 1, *, lasts: bool = True) -> Iterator[Outage]:
    """The statement that holds these words fails when it comes for the so many-th time; as does
    every later one, if the outage lasts."""
    outage, left = Outage(), [times]

    def pass_or_fail(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        left[0] -= statement in sql
        if outage.has_come and lasts:
            outage.tried_since += 1
            raise OperationalError(SECRET)
        if not left[0] and not outage.has_come:
            outage.has_come = True
            raise OperationalError(SECRET)
        return execute(sql, *arguments)

    with connection.execute_wrapper(pass_or_fail):
        yield outage
