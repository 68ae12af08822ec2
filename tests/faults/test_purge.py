"""Hundreds of thousands of expired sessions are deleted under a server that goes on working."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.environment import IS_LONG
from tests.faults.node import Node
from tests.faults.people import found
from tests.faults.scale import IS_SQLITE
from tests.races.databases import Database
from tests.server import ROOT, Server

pytestmark = pytest.mark.torture

EXPIRED = 300_000 if IS_LONG else 3_000
ALLOWED_BYTES = 50 * 1024 * 1024
KEY = "printf('%032x', n)" if IS_SQLITE else "lpad(to_hex(n), 32, '0')::uuid"
# Sessions, each with a spent token.
EXPIRED_ROWS = """
INSERT INTO accounts_session
    (id, user_id, created_at, last_used_at, expires_at, user_agent, revoked_reason)
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < COUNT)
    SELECT KEY, accounts_user.id, 'PAST', 'PAST', 'PAST', '', ''
    FROM numbers, accounts_user WHERE kind = 'human';
INSERT INTO token_blacklist_outstandingtoken (jti, token, user_id, expires_at)
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < COUNT)
    SELECT 'expired-' || n, '', accounts_user.id, 'PAST'
    FROM numbers, accounts_user WHERE kind = 'human';
INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT id, 'PAST' FROM token_blacklist_outstandingtoken WHERE expires_at = 'PAST'
"""


def fill(database: Database, count: int) -> None:
    """Expired rows for the one user that there is besides the service account's."""
    rows = EXPIRED_ROWS.replace("COUNT", str(count)).replace("KEY", KEY)
    with database.writing() as writer:
        for statement in rows.replace("PAST", "2020-01-01 00:00:00+00:00").split(";"):
            writer.execute(statement)


def peak_bytes_of_a_purge(server: Server) -> int:
    """Run it and let it say what it says; returns what its process held at its peak."""
    command = [sys.executable, "manage.py", "purge_expired"]
    process = subprocess.Popen(command, cwd=ROOT, env={**server.environment})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def refresh_on(node: Node, token: str, is_over: threading.Event) -> list[int]:
    """Somebody works meanwhile; returns the statuses."""
    statuses = []
    while not is_over.is_set():
        answer = node.client.refresh(token)
        statuses.append(answer.status)
        token = answer.refresh_token
    return statuses


def test_a_purge_of_many_sessions_disturbs_nobody(node: Node) -> None:
    owner = found(node)
    small = peak_bytes_of_a_purge(node.server)
    fill(node.database, EXPIRED)
    started, is_over = time.monotonic(), threading.Event()
    with ThreadPoolExecutor() as pool:
        statuses = pool.submit(refresh_on, node, owner.refresh_token, is_over)
        try:
            grown = peak_bytes_of_a_purge(node.server) - small
        finally:
            is_over.set()
    print(
        f"{EXPIRED} sessions in {time.monotonic() - started:.0f} s: {grown / 2**20:.0f} MiB more,"
        f" {len(statuses.result())} refreshes meanwhile"
    )
    assert set(statuses.result()) == {200}
    assert node.database.count("accounts_session") == 1
    assert grown < ALLOWED_BYTES
