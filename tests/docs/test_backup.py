"""docs/deploy.md: its commands bring an instance back, and what is lost is what it says."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.docs.callers import Session, found, invite, log_in, me, mint, refresh
from tests.docs.machine import PAGE, Machine, blocks, installed

pytestmark = pytest.mark.race

IS_SQLITE = os.environ["DATABASE_URL"].startswith("sqlite:")


@dataclass(frozen=True)
class Restored:
    """A machine whose database was lost, and what had been given out by then."""

    machine: Machine
    kept: Session
    refreshed: Session
    logged_out: Session
    late: Session
    robot: str
    revoked_robot: str
    late_robot: str
    invite: str


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    with installed(tmp_path_factory.mktemp("machine")) as machine:
        kept = found(machine)
        refreshed, logged_out = log_in(machine), log_in(machine)
        robot, revoked = mint(machine, "a"), mint(machine, "b")
        token = invite(machine, kept)
        folder = machine.type(blocks(PAGE, "Back up")[0]).strip()

        assert refresh(machine, refreshed.refresh_token) == 200
        body = {"refresh_token": logged_out.refresh_token}
        assert machine.call("POST", "auth/logout", body=body).status == 204
        machine.type("hyperspeed revoke_service_account_token b")
        late_robot = mint(machine, "c")
        late = log_in(machine)
        assert [me(machine, token) for token in (late_robot, revoked)] == [200, 401]

        destroy(machine)
        restore(machine, folder)
        yield Restored(
            machine, kept, refreshed, logged_out, late, robot, revoked, late_robot, token
        )


def destroy(machine: Machine) -> None:
    """Lose the database and the secrets, while the service runs."""
    shutil.rmtree(machine.home / "etc" / "hyperspeed")
    if IS_SQLITE:
        shutil.rmtree(machine.home / "var" / "lib" / "hyperspeed")
    else:
        machine.type("dropdb --force hyperspeed")
    assert machine.call("GET", "public/instance").status == 503


def restore(machine: Machine, folder: str) -> None:
    for_postgresql, for_sqlite = blocks(PAGE, "Restore")
    command = for_sqlite if IS_SQLITE else for_postgresql
    machine.type(re.sub(r"^backup=.*", f"backup={folder}", command))


def test_every_token_of_the_backup_works(restored: Restored) -> None:
    machine = restored.machine
    assert me(machine, restored.kept.access_token) == 200
    assert me(machine, restored.robot) == 200
    assert refresh(machine, restored.kept.refresh_token) == 200
    assert me(machine, restored.refreshed.access_token) == 200
    guest = log_in(
        machine, "auth/register", email="guest@example.com", invite_token=restored.invite
    )
    assert me(machine, guest.access_token) == 200


def test_what_was_given_out_later_is_unknown(restored: Restored) -> None:
    machine = restored.machine
    assert me(machine, restored.late.access_token) == 401
    assert refresh(machine, restored.late.refresh_token) == 401
    assert me(machine, restored.late_robot) == 401


def test_what_was_ended_later_lives_again(restored: Restored) -> None:
    """As the page warns."""
    assert me(restored.machine, restored.revoked_robot) == 200
    assert refresh(restored.machine, restored.logged_out.refresh_token) == 200


@pytest.mark.parametrize("name", ["jwt-key", "secret-key"])
def test_with_another_key_nobody_sees_an_error(restored: Restored, name: str) -> None:
    machine = restored.machine
    session = log_in(machine)
    machine.type(f"head -c 30 /dev/urandom | base64 >/etc/hyperspeed/{name}")
    machine.type("systemctl restart hyperspeed")
    assert me(machine, session.access_token) == (401 if name == "jwt-key" else 200)
    assert refresh(machine, session.refresh_token) == 200
    assert me(machine, restored.robot) == 200


def test_a_backup_holds_the_secrets_and_is_for_root_alone(restored: Restored) -> None:
    home = restored.machine.home
    (folder,) = (home / "var" / "backups" / "hyperspeed").iterdir()
    assert {path.name for path in (folder / "etc").iterdir()} >= {
        "environment",
        "jwt-key",
        "secret-key",
    }
    assert folder.stat().st_mode & 0o077 == 0


def test_the_service_was_stopped_and_started(restored: Restored) -> None:
    done = (restored.machine.home / "systemctl.log").read_text(encoding="utf-8").splitlines()
    assert done[:3] == ["start hyperspeed", "stop hyperspeed", "start hyperspeed"]
