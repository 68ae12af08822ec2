"""docs/deploy/backup: it copies the database that the service uses, or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.docs.machine import Machine
from tests.postgres import throwaway_postgres

pytestmark = [pytest.mark.race, pytest.mark.once]

BACKUP = "/srv/hyperspeed/docs/deploy/backup"


def set_up(home: Path, database: str, url: str = "") -> Machine:
    """A machine whose service uses this database; `url` is the server on the machine."""
    machine = Machine.make(home, url)
    machine.type(f"install -d /etc/hyperspeed; echo \"DATABASE_URL='{database}'\" >environment")
    machine.type("mv environment /etc/hyperspeed/environment")
    return machine


def backups(machine: Machine) -> list[str]:
    """The names of the folders; of what is not whole, with `.part`."""
    return [path.suffix for path in (machine.home / "var/backups/hyperspeed").iterdir()]


@pytest.fixture
def server() -> Iterator[str]:
    with throwaway_postgres() as url:
        yield url


def test_another_database_than_that_of_the_installation_is_copied(
    server: str, tmp_path: Path
) -> None:
    """With one of the usual name beside it, which is empty, and was copied instead."""
    other = f"{server.rpartition('/')[0]}/elsewhere"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
    with psycopg.connect(other) as connection:
        connection.execute("CREATE TABLE precious ()")
    machine = set_up(tmp_path, other, server)
    folder = machine.type(BACKUP).strip()
    assert "TABLE public precious" in machine.type(f"pg_restore --list {folder}/hyperspeed.dump")


def test_the_url_of_the_database_may_be_in_a_file(tmp_path: Path) -> None:
    machine = set_up(tmp_path, "")
    machine.type("echo DATABASE_URL_FILE=/etc/hyperspeed/url >/etc/hyperspeed/environment")
    machine.type(f"echo sqlite:///{tmp_path}/db.sqlite3 >/etc/hyperspeed/url")
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.execute("CREATE TABLE precious (a)")
    with closing(sqlite3.connect(Path(machine.type(BACKUP).strip()) / "db.sqlite3")) as copy:
        assert list(copy.execute("SELECT * FROM precious")) == []


def test_a_file_that_is_not_there_is_no_empty_backup(tmp_path: Path) -> None:
    machine = set_up(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3")
    assert "unable to open" in machine.type(f"! {BACKUP} 2>&1")
    assert backups(machine) == [".part"]
    assert not (tmp_path / "db.sqlite3").exists()
