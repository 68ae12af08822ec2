"""Ten replicas that start at once, each with the same file of service accounts."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.environment import IS_LONG
from tests.faults.scale import on_postgresql
from tests.races.applications import Application
from tests.races.client import Answer, outcomes, race
from tests.races.office import Office
from tests.races.replicas import AT_ONCE, run_at_once

pytestmark = pytest.mark.race

ROUNDS = 5 if IS_LONG else 1
CONTROL_ROUNDS = 10
NAMES = [f"Robot {number}" for number in range(5)]
ENTRY = '[[accounts]]\nname = "{}"\nroles = ["Reader"]\ncursor_default_ref = "{}"\n'
GIVEN = '[[accounts]]\nname = "Robot {0}"\nroles = ["{1}"]\ncursor_default_ref = "{1}"\n'
MANY = 20
BEGUN_SECONDS = 20
DELETERS = 4
# A table has one number in all databases that are copies of one.
CHANGING = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND mode = 'RowExclusiveLock'
AND relation = 'organizations_memberrole'::regclass"""
APPLY = ("manage", "apply_service_accounts")
NAIVE = ("tests.races.naive_apply",)


def file_of(ref: str) -> bytes:
    return "".join(ENTRY.format(name, ref) for name in NAMES).encode()


def set_up(application: Application) -> None:
    """An organization with the role that the file names."""
    application.database.clear()
    office = Office(application.client)
    assert office.post("roles", {"name": "Reader", "permissions": ["board.read"]}).status == 201


def counts(application: Application) -> list[int]:
    tables = ("serviceaccount", "serviceaccounttoken")
    found = [application.database.count(f"service_accounts_{table}") for table in tables]
    changes = "SELECT count(*) FROM accounts_auditevent WHERE action = 'service_account.changed'"
    return [*found, application.database.execute(changes)]


def test_each_account_is_made_once_and_its_token_is_in_its_file(
    product: Application, tmp_path: Path
) -> None:
    """The naive runs fail at each other; see the control below."""
    for _ in range(ROUNDS):
        set_up(product)
        ended = run_at_once(product, APPLY, file_of("main"), "--secret-dir", str(tmp_path))
        assert [(done.returncode, done.stdout) for done in ended] == [(0, "")] * AT_ONCE
        assert sum(done.stderr == "nothing to do\n" for done in ended) == AT_ONCE - 1
        assert counts(product) == [len(NAMES), len(NAMES), 0]
        tokens = {file.name: file.read_text().strip() for file in tmp_path.iterdir()}
        assert sorted(tokens) == [f"{name}.token" for name in NAMES]
        for name, token in tokens.items():
            assert product.client.me(token).body["display_name"] == name.removesuffix(".token")


def test_each_token_is_printed_by_one(product: Application) -> None:
    set_up(product)
    ended = run_at_once(product, APPLY, file_of("main"))
    assert [done.returncode for done in ended] == [0] * AT_ONCE
    lines = [line for done in ended for line in done.stdout.splitlines()]
    assert sorted(line.rpartition(" ")[0] for line in lines) == NAMES
    assert {product.client.me(line.rpartition(" ")[2]).status for line in lines} == {200}


def test_each_change_is_made_once(product: Application, tmp_path: Path) -> None:
    """Without the organization's lock several make it, and the audit trail tells of each."""
    set_up(product)
    product.server.manage(*APPLY[1:], str(written(tmp_path, "main")))
    ended = run_at_once(product, APPLY, file_of("next"))
    assert [(done.returncode, done.stdout) for done in ended] == [(0, "")] * AT_ONCE
    assert counts(product) == [len(NAMES), len(NAMES), len(NAMES)]


def test_roles_are_used_in_any_order(product: Application, tmp_path: Path) -> None:
    """The file gives Last, then First, while an allow-list takes both. With locks that exclude one
    another they waited in a circle on PostgreSQL: 503."""
    office, is_over, answers = Office(product.client), Event(), list[Answer]()
    roles = [make_role(office, name) for name in ("First", "Last")]
    access = f"{office.make_space('Space')}/access"
    file = tmp_path / "accounts.toml"
    names = ["Last"] * MANY + ["First"] * MANY
    give(file, names)

    def apply() -> None:
        try:
            done = product.server.manage(*APPLY[1:], str(file))
        finally:
            is_over.set()
        assert (done.returncode, len(done.stdout.splitlines())) == (0, len(names)), done.stderr

    def allow() -> None:
        while not is_over.is_set():
            answers.append(office.call("PUT", access, {"role_ids": roles}))

    race([apply, allow, allow])
    print(f"{len(answers)} allow-lists: {dict(outcomes(answers))}")
    assert outcomes(answers).keys() == {"200"}


@on_postgresql
def test_a_role_may_be_deleted_while_a_file_moves_it(product: Application, tmp_path: Path) -> None:
    """With roles locked one by one they waited in a circle: 503."""
    office, file = Office(product.client), tmp_path / "accounts.toml"
    stays, goes = ([name] * MANY for name in ("Stays", "Goes"))
    gone, _ = [make_role(office, name) for name in ("Goes", "Stays")]
    give(file, goes + stays)
    assert product.server.manage(*APPLY[1:], str(file)).returncode == 0
    give(file, stays + goes)

    def delete() -> Answer:
        wait_for_change(product)
        return office.call("DELETE", f"{office.home}/roles/{gone}")

    calls: list[Callable[[], Any]] = [partial(product.server.manage, *APPLY[1:], str(file)), delete]
    applied, deleted = race(calls)
    assert (applied.returncode, deleted.status) == (0, 204), (applied.stderr, deleted.body)
    assert product.database.count("organizations_memberrole") == 1 + MANY  # the owner's, and Stays


@on_postgresql
def test_accounts_may_be_deleted_while_a_file_changes_them(
    product: Application, tmp_path: Path
) -> None:
    """With accounts locked one by one, and their members first by who deletes them, they waited in
    a circle: 503, or they were gone when their turn came."""
    office, file = Office(product.client), tmp_path / "accounts.toml"
    for name in ("First", "Last"):
        make_role(office, name)
    give(file, ["First"] * MANY)
    apply = partial(product.server.manage, *APPLY[1:], str(file))
    assert apply().returncode == 0
    give(file, ["Last"] * MANY)
    home = f"{office.home}/service-accounts"
    accounts = [account["id"] for account in office.get(home)["service_accounts"]]

    def delete(every: int) -> list[Answer]:
        wait_for_change(product)
        mine = accounts[every::DELETERS]
        return [office.call("DELETE", f"{home}/{account}") for account in mine]

    calls: list[Callable[[], Any]] = [apply, *(partial(delete, n) for n in range(DELETERS))]
    applied, *deleted = race(calls)
    assert applied.returncode == 0, applied.stderr
    found = outcomes(answer for answers in deleted for answer in answers)
    assert found == {"204": MANY}


def wait_for_change(application: Application) -> None:
    """Until a transaction gives or takes a role."""
    end = time.monotonic() + BEGUN_SECONDS
    while time.monotonic() < end and not application.database.execute(CHANGING):
        pass


def give(file: Path, roles: Sequence[str]) -> None:
    """A robot for each."""
    file.write_text("".join(GIVEN.format(number, name) for number, name in enumerate(roles)))


def make_role(office: Office, name: str) -> str:
    made = office.post("roles", {"name": name, "permissions": ["board.read"]})
    return str(made.body["role"]["id"])


def written(tmp_path: Path, ref: str) -> Path:
    file = tmp_path / "accounts.toml"
    file.write_bytes(file_of(ref))
    return file


def test_naive_runs_fail_at_each_other_and_change_things_again(
    control: Application, tmp_path: Path
) -> None:
    """Each looks, finds nothing, and makes what another has made meanwhile."""
    for _ in range(CONTROL_ROUNDS):
        control.database.clear()
        control.client.register("owner@example.com")
        ended = run_at_once(control, NAIVE, file_of("main"), str(tmp_path))
        if failed := [done for done in ended if done.returncode != 0]:
            break
    print(f"control: {len(failed)} of {AT_ONCE} runs failed")
    assert failed
    assert "ServiceAccountNameTaken" in failed[0].stderr
    changes = 0
    for number in range(CONTROL_ROUNDS):
        before = counts(control)[2]
        run_at_once(control, NAIVE, file_of(f"next{number}"), str(tmp_path))
        if (changes := counts(control)[2] - before) > len(NAMES):
            break
    print(f"control: {changes} changes of {len(NAMES)} accounts")
    assert changes > len(NAMES)
