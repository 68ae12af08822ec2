"""The file of an SQLite database: not writable, on a full disk, wanted by many at once."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from functools import partial

import pytest

from tests.faults.files import file_of, full_disk, read_only
from tests.faults.node import Node, Reply
from tests.faults.people import OWNER, Owner, failures_of, found
from tests.faults.scale import CALLS_AFTER, LOGINS_AT_ONCE, WRITERS_AT_ONCE, on_sqlite
from tests.races.client import race

pytestmark = [pytest.mark.torture, on_sqlite]

HELD_SECONDS = 2.0


def write(node: Node, owner: Owner) -> Reply:
    return node.api("PATCH", "me", owner.access_token, {"display_name": "Olivia"})


def writes(node: Node, owner: Owner) -> list[Reply]:
    """On all workers: a change, a refresh, a log-in."""
    login = {"email": OWNER, "password": "guess"}
    refresh = {"refresh_token": owner.refresh_token}
    calls = [
        partial(write, node, owner),
        partial(node.api, "POST", "auth/refresh", body=refresh),
        partial(node.api, "POST", "auth/login", body=login),
    ]
    return race(calls * 4)


def found_and_seen(node: Node) -> Owner:
    """Set an instance up; what the first call of each credential notes is written."""
    owner = found(node)
    assert failures_of(node, owner, 2) == []
    return owner


def test_a_first_read_of_a_file_that_is_read_only_is_served(node: Node) -> None:
    owner = found(node)
    with read_only(file_of(node)):
        assert failures_of(node, owner, 2) == []


def test_a_file_that_is_read_only_refuses_writes_and_serves_reads(node: Node) -> None:
    owner = found_and_seen(node)
    with read_only(file_of(node)):
        refused = writes(node, owner)
        failures = failures_of(node, owner, 30)
    assert {reply.status for reply in refused} == {503}
    assert all(reply.is_unavailable for reply in refused)
    assert failures == []
    assert write(node, owner).status == 200
    assert node.client.refresh(owner.refresh_token).status == 200


def test_a_folder_that_is_read_only_is_503_and_recovers(node: Node) -> None:
    """The log beside the file cannot be made, so not even reads are possible."""
    owner = found(node)
    with read_only(file_of(node).parent):
        refused = writes(node, owner)
        read = node.api("GET", "me", owner.access_token)
    print(f"read-only folder: a read is {read.status}")
    assert all(reply.is_unavailable for reply in refused)
    assert read.status == 200 or read.is_unavailable
    assert failures_of(node, owner, CALLS_AFTER) == []
    assert node.client.refresh(owner.refresh_token).status == 200


def test_a_full_disk_refuses_writes_and_serves_reads(node: Node) -> None:
    owner = found_and_seen(node)
    # Whoever reads keeps the index of the log alive: on a full disk it could not be made anew.
    with closing(sqlite3.connect(file_of(node))) as reader, full_disk(node):
        assert reader.execute("SELECT count(*) FROM accounts_user").fetchone()
        refused = writes(node, owner)
        failures = failures_of(node, owner, 30)
    print(f"full disk: writes {Counter(reply.status for reply in refused)}")
    assert all(reply.is_unavailable for reply in refused)
    assert failures == []
    assert failures_of(node, owner, CALLS_AFTER) == []
    assert write(node, owner).status == 200
    assert node.client.refresh(owner.refresh_token).status == 200


def test_a_write_waits_for_another_and_reads_do_not(node: Node) -> None:
    owner = found_and_seen(node)
    replies = list[Reply]()
    writing = threading.Thread(target=lambda: replies.append(write(node, owner)))
    with closing(sqlite3.connect(file_of(node), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        writing.start()
        time.sleep(HELD_SECONDS)
        assert failures_of(node, owner, 30) == []
        assert replies == []
        connection.execute("COMMIT")
    writing.join()
    assert [reply.status for reply in replies] == [200]


def test_many_log_ins_and_writers_at_once_never_find_the_database_locked(node: Node) -> None:
    """Two writers that begin by reading meet in a deadlock, which SQLite refuses at once."""
    owner = found(node)
    log_in = partial(node.client.log_in, OWNER)
    logins = [lambda: log_in().status] * LOGINS_AT_ONCE
    writers = [lambda: write(node, owner).status] * WRITERS_AT_ONCE
    statuses = Counter(race([*logins, *writers]))
    print(f"{LOGINS_AT_ONCE} log-ins and {WRITERS_AT_ONCE} writers: {dict(statuses)}")
    assert statuses.keys() <= {200, 429, 503}
    assert statuses[200] >= WRITERS_AT_ONCE
    assert failures_of(node, owner, CALLS_AFTER) == []
