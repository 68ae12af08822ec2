"""How much of each fault: a short form for every day, a long one with HYPERSPEED_TORTURE=1."""

import os

import pytest

from tests.environment import IS_LONG

OUTAGES = 20 if IS_LONG else 2
KILLS = 200 if IS_LONG else 3  # of each call
CALLS_AFTER = 100
LOGINS_AT_ONCE, WRITERS_AT_ONCE = 250, 50

IS_SQLITE = os.environ["DATABASE_URL"].startswith("sqlite:")
on_postgresql = pytest.mark.skipif(IS_SQLITE, reason="a fault that only PostgreSQL can have")
on_sqlite = pytest.mark.skipif(not IS_SQLITE, reason="a fault that only SQLite can have")
