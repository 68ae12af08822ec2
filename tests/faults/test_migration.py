"""The migration of a next version runs while this version serves."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.environment import IS_LONG
from tests.faults.node import Node
from tests.faults.people import OWNER, Owner, failures_of, found
from tests.faults.scale import CALLS_AFTER, on_postgresql

pytestmark = pytest.mark.torture

TABLES = (
    "accounts_user",
    "accounts_session",
    "accounts_throttlecounter",
    "organizations_membership",
    "organizations_signuprequest",
    "service_accounts_serviceaccounttoken",
)
ADD = "ADD COLUMN later varchar(9) DEFAULT '' NOT NULL"
DROP = "DROP COLUMN later"
SECONDS = [1.0, *([7.0] if IS_LONG else [])]  # a call on PostgreSQL waits for 5
LOAD_AFTER_SECONDS = 1.0
CALLERS = 8


@contextmanager
def altered(node: Node, change: str) -> Iterator[None]:
    """Hold what a migration that does this holds, until it is committed at the end."""
    with node.database.writing() as writer:
        for table in TABLES:
            writer.execute(f"ALTER TABLE {table} {change}")
        yield


def work_until(end: float, node: Node, owner: Owner, number: int) -> list[int]:
    """Do what all people do; returns the statuses."""
    statuses = list[int]()
    while time.monotonic() < end:
        email = f"person{number}.{len(statuses)}@example.com"
        answers = [
            node.client.me(owner.access_token),
            node.client.me(owner.robot_token),
            node.client.log_in(OWNER),
            node.client.register(email),
        ]
        statuses += [answer.status for answer in answers]
    return statuses


@pytest.mark.parametrize("seconds", SECONDS)
def test_a_migration_under_load_is_no_error_and_ends_no_session(node: Node, seconds: float) -> None:
    owner = found(node)
    with ThreadPoolExecutor(CALLERS) as pool:
        with altered(node, ADD):
            end = time.monotonic() + seconds + LOAD_AFTER_SECONDS
            work = [pool.submit(work_until, end, node, owner, n) for n in range(CALLERS)]
            time.sleep(seconds)
        statuses = Counter(status for worker in work for status in worker.result())
    print(f"a migration of {seconds:.0f} s under load: {dict(statuses)}")
    assert {200, 201} <= statuses.keys() <= {200, 201, 503}  # once it is over, all is well again
    assert failures_of(node, owner, CALLS_AFTER) == []
    with altered(node, DROP):
        pass
    assert failures_of(node, owner, CALLS_AFTER) == []
    assert node.client.refresh(owner.refresh_token).status == 200


WIDER = (
    "ALTER TABLE accounts_user ALTER COLUMN display_name TYPE varchar(250)",
    "ALTER TABLE organizations_organization ALTER COLUMN name TYPE varchar(250)",
    "ALTER TABLE organizations_role ALTER COLUMN permissions TYPE json",
)


@on_postgresql
def test_columns_that_change_their_types_are_no_error(node: Node) -> None:
    """A prepared statement that returns them is refused by the server from then on."""
    owner = found(node)
    assert failures_of(node, owner, CALLS_AFTER) == []
    with node.database.writing() as writer:
        for change in WIDER:
            writer.execute(change)
    assert failures_of(node, owner, CALLS_AFTER) == []
