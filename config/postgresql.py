"""The connection to PostgreSQL."""

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

# A statement that runs into its limit is answered by the server: that answer may take this long.
GRACE_SECONDS = 2


class BoundedConnection(psycopg.Connection[Any]):
    """Gives up on a server that takes what it is sent and never answers.

    Its own timeouts do not help then (it is stopped, or a proxy in between holds the line), and
    every thread that waits for it would be lost until the process is restarted.
    """

    answer_seconds: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Consume what waits for the server. Raises OperationalError after `answer_seconds`."""
        try:
            return super().wait(gen, interval, timeout or self.answer_seconds)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # the answer may still come: nobody must read it as another's
            raise


def bounded(limit_seconds: int) -> type[BoundedConnection]:
    """The class for connections whose statements may take so long (0: without a limit)."""
    seconds = limit_seconds + GRACE_SECONDS if limit_seconds else None
    return type("Connection", (BoundedConnection,), {"answer_seconds": seconds})
