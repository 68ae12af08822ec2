"""The connections to PostgreSQL, and what their pool does when the server is gone."""

import datetime as dt
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Self, cast

import psycopg
from psycopg import abc, adapt, generators
from psycopg._queries import PostgresQuery
from psycopg.abc import RV, Buffer, PQGen
from psycopg.adapt import Loader, PyFormat
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg_pool import ConnectionPool

# A statement that runs into its limit is answered by the server: that answer may take this long.
GRACE_SECONDS = 2
CHECK_SECONDS = 2
TRUST_SECONDS = 1.0
# Where PostgreSQL says that a "cached plan must not change result type": the words are translated.
SPOILT_PLAN = "RevalidateCachedQuery"


def connection_options(limit_seconds: int, *, is_prepared: bool) -> dict[str, Any]:
    """Django's OPTIONS: a statement may take so long (0: without a limit), and is planned once a
    connection if it comes again."""
    return {
        "pool": {
            "connection_class": bounded(limit_seconds),
            "min_size": 1,
            "max_size": 16,
            "timeout": 5,
            "reconnect_timeout": 0,
            "reconnect_failed": tell_waiting,
        },
        "connect_timeout": 5,
        "cursor_factory": RenewingCursor,
        "server_side_binding": True,
        "prepare_threshold": 5 if is_prepared else None,
        "options": f"-c statement_timeout={limit_seconds}s -c lock_timeout=5s",
    }


class BoundedConnection(psycopg.Connection[Any]):
    """Gives up on a server that takes what it is sent and never answers.

    Its own timeouts do not help then (it is stopped, or a proxy in between holds the line), and
    every thread that waits for it would be lost until the process is restarted.
    """

    answer_seconds: float | None = None
    _transformer: abc.Transformer
    _answered_at = 0.0
    _has_heard = False

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Self:
        """A connection whose times are read by MomentLoader."""
        connection = super().connect(*args, **kwargs)
        connection.add_notice_handler(connection._hear)
        connection.adapters.register_loader("timestamptz", MomentLoader)
        connection._transformer = adapt.Transformer(connection)
        return connection

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Consume what waits for the server. Raises OperationalError after `answer_seconds`."""
        try:
            answer = super().wait(gen, interval, timeout or self.answer_seconds)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # the answer may still come: nobody must read it as another's
            raise
        self._answered_at = time.monotonic()
        return answer

    def fetch_prepared(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """The rows of a query that this connection has prepared by now; None, for a cursor to ask,
        if it has not, would have to begin a transaction first, or has a plan that is spoilt.

        What a cursor does, without what else a cursor can do: that takes longer than this.
        Raises psycopg's errors.
        """
        names, transformer = self._prepared._names, self._transformer
        if not names or (self._is_idle and not self.autocommit):
            return None
        placed, formats = _placed(query, len(values))
        with self.lock:
            parameters = transformer.dump_sequence(values, formats)
            key = placed, transformer.types or ()
            if (name := names.get(key)) is None:
                return None
            names.move_to_end(key)  # the first are forgotten when there are many
            self.pgconn.send_query_prepared(name, parameters, transformer.formats)
            *_, result = self.wait(generators.execute(self.pgconn))  # an error comes last
            if result.status == ExecStatus.TUPLES_OK:
                return self._rows_of(result)
        self.renew_after(psycopg.errors.error_from_result(result, self.info.encoding))
        names.pop(key, None)
        return None

    def _rows_of(self, result: PGresult) -> list[tuple[Any, ...]]:
        self._transformer.set_pgresult(result)
        try:
            return self._transformer.load_rows(0, result.ntuples, tuple)
        finally:
            self._transformer.set_pgresult(None)  # an idle connection holds no rows

    def renew_after(self, error: psycopg.Error) -> None:
        """Have all connections replaced if the error is a plan that a migration has spoilt.

        A prepared statement whose columns have changed their types is refused for as long as its
        connection lives. Raises any other error, and OperationalError in a transaction, of which
        nothing can be done again.
        """
        if error.diag.source_function != SPOILT_PLAN:
            raise error
        if isinstance(self._pool, ConnectionPool):
            self._pool.drain()
        if not self._is_idle:
            raise psycopg.OperationalError("a migration has changed what this asks") from error

    @property
    def _is_idle(self) -> bool:
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    def set_autocommit(self, value: bool) -> None:
        """Django says it for each connection that the pool lends: it is on."""
        if value != self.autocommit:
            super().set_autocommit(value)

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> psycopg.Cursor[Any]:
        """The pool's check of an idle connection, an empty statement (Django has cursors).

        One that is dead is seldom alone (a failover, a restart). The pool would find the others one
        request at a time, and pause longer after each: all are replaced at once. One that answered
        a moment ago is only looked at, which spares each request a round trip under load.
        """
        is_fresh = time.monotonic() - self._answered_at < TRUST_SECONDS
        usual, self.answer_seconds = self.answer_seconds, CHECK_SECONDS
        try:
            if query == "" and is_fresh:
                return self._look()
            return super().execute(query, *args, **kwargs)
        except psycopg.OperationalError:
            if isinstance(self._pool, ConnectionPool):
                self._pool.drain()
            raise
        finally:
            self.answer_seconds = usual

    def _look(self) -> psycopg.Cursor[Any]:
        """Raises OperationalError if the server has hung up; asks it if it said anything.

        Without the kernel's poll, for which a thread lets go of the interpreter.
        """
        self._has_heard = False
        self.pgconn.consume_input()
        self.pgconn.is_busy()  # reads what came: to nobody's question, they are last words
        if self._has_heard:
            return super().execute("")
        return cast("psycopg.Cursor[Any]", None)  # nobody reads the answer

    def _hear(self, _: psycopg.errors.Diagnostic) -> None:
        self._has_heard = True


@lru_cache(maxsize=256)
def _placed(query: str, length: int) -> tuple[bytes, list[PyFormat]]:
    """A query with PostgreSQL's placeholders, as psycopg knows it once it is prepared."""
    converted = PostgresQuery(adapt.Transformer())
    converted.convert(query, [None] * length)
    return converted.query, [PyFormat.AUTO] * length


class RenewingCursor(psycopg.Cursor[Any]):
    """Runs a statement whose plan a migration has spoilt once more."""

    def execute(self, *args: Any, **kwargs: Any) -> Self:
        """Raises OperationalError in a transaction, of which nothing can be done again."""
        try:
            return super().execute(*args, **kwargs)
        except psycopg.errors.FeatureNotSupported as error:
            cast("BoundedConnection", self.connection).renew_after(error)
            return super().execute(*args, **kwargs, prepare=False)


class MomentLoader(Loader):
    """Reads a time in UTC, as connections are told to write it; psycopg's own takes ten times as
    long."""

    timezone = dt.UTC  # looked at by Django

    def load(self, data: Buffer) -> dt.datetime:
        return dt.datetime.fromisoformat(bytes(data).decode())


def bounded(limit_seconds: int) -> type[BoundedConnection]:
    """The class for connections whose statements may take so long (0: without a limit)."""
    seconds = limit_seconds + GRACE_SECONDS if limit_seconds else None
    return type("Connection", (BoundedConnection,), {"answer_seconds": seconds})


def tell_waiting(pool: ConnectionPool[Any]) -> None:
    """Refuse who waits for a connection when none can be made and none is left to wait for.

    Left to themselves they would each hold their thread for the pool's whole timeout, and during an
    outage all threads would be waiting, those of the health check too.
    """
    with pool._lock:
        if pool._nconns > 0:  # the server has no room for one more: one of these will come back
            return
        waiting = list(pool._waiting)
        pool._waiting.clear()
    for client in waiting:
        client.fail(psycopg.OperationalError("the database cannot be reached"))
