"""SECURITY.md: its commands replace a secret, and shut out who has one that leaked."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
import yaml

from tests.docs.callers import OWNER, found, log_in, me, mint, refresh
from tests.docs.machine import Machine, blocks, installed
from tests.faults.node import children_of
from tests.server import ROOT

# What a secret is, no database decides.
pytestmark = [pytest.mark.race, pytest.mark.once]

PAGE = "SECURITY.md"
TO_VERIFY, TO_SIGN, TO_END, NEW_SECRET_KEY = blocks(PAGE, "Replacing a secret")
IN_CONTAINERS = blocks(PAGE, "In containers")
SECONDS = 30
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
ROBOT, SESSION, PASSWORD, SIGNING_KEY, DATABASE = blocks(PAGE, "After a leak")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with installed(tmp_path_factory.mktemp("machine")) as machine:
        found(machine)
        yield machine


@pytest.fixture
def unreplaced(machine: Machine) -> Machine:
    """With a signing key that nobody has replaced yet."""
    machine.type("head -c 30 /dev/urandom | base64 >/etc/hyperspeed/jwt-key")
    machine.type("systemctl restart hyperspeed")
    return machine


def signed_by(token: str) -> str | None:
    """The id of the key."""
    return jwt.get_unverified_header(token).get("kid")


def test_a_signing_key_is_replaced_step_by_step_and_nobody_is_signed_out(
    unreplaced: Machine,
) -> None:
    machine = unreplaced
    before = log_in(machine)
    machine.type(TO_VERIFY)
    between = log_in(machine)
    assert [me(machine, token.access_token) for token in (before, between)] == [200, 200]
    machine.type(TO_SIGN)
    after = log_in(machine)
    assert [signed_by(token.access_token) for token in (between, after)] == [None, "2027"]
    assert [me(machine, token.access_token) for token in (before, after)] == [200, 200]
    machine.type(TO_END)
    assert [me(machine, token.access_token) for token in (before, after)] == [401, 200]
    assert refresh(machine, before.refresh_token) == 200


def workers_of(machine: Machine) -> set[int]:
    file = machine.home / "pid"
    while not (number := file.read_text(encoding="utf-8") if file.exists() else ""):
        time.sleep(0.01)  # a reload makes the file anew
    return children_of(int(number))


def statuses_during(machine: Machine, command: str, token: str) -> set[int]:
    """What is answered until no worker from before the command is left."""
    before, statuses, deadline = workers_of(machine), set[int](), time.monotonic() + SECONDS
    machine.type(command)
    while workers_of(machine) & before:
        statuses.add(me(machine, token))
        assert time.monotonic() < deadline, "the workers stay"
    return statuses | {me(machine, token)}


def test_a_reload_takes_new_key_files_and_refuses_nobody(unreplaced: Machine) -> None:
    machine = unreplaced
    session = log_in(machine)
    for step in (TO_VERIFY, TO_SIGN):
        command = step.replace("restart", "reload")
        assert statuses_during(machine, command, session.access_token) == {200}
    assert signed_by(log_in(machine).access_token) == "2027"


def test_a_reload_with_a_key_file_that_is_no_good_leaves_all_as_it_was(unreplaced: Machine) -> None:
    machine = unreplaced
    session, before = log_in(machine), workers_of(machine)
    machine.type("cp -p /etc/hyperspeed/jwt-key kept; echo short >/etc/hyperspeed/jwt-key")
    with pytest.raises(AssertionError, match="JWT_SIGNING_KEY is shorter than 32 bytes"):
        machine.type("systemctl reload hyperspeed")
    machine.type("mv kept /etc/hyperspeed/jwt-key")
    assert me(machine, session.access_token) == 200
    assert workers_of(machine) == before


def test_a_secret_key_is_replaced_and_no_client_notices(machine: Machine) -> None:
    session, robot = log_in(machine), mint(machine, "Builder")
    machine.type(NEW_SECRET_KEY)
    assert [me(machine, token) for token in (session.access_token, robot)] == [200, 200]
    assert refresh(machine, session.refresh_token) == 200


def test_a_leaked_token_of_a_service_account_is_dead_and_the_new_one_works(
    machine: Machine,
) -> None:
    leaked = mint(machine, "Release bot")
    new, *audit = machine.type(ROBOT).splitlines()
    assert [me(machine, token) for token in (leaked, new)] == [401, 200]
    assert leaked[-4:] in "".join(audit)


@pytest.mark.parametrize("command", [SESSION, DATABASE])
def test_a_leaked_session_is_dead(machine: Machine, command: str) -> None:
    assert OWNER["email"] in SESSION
    leaked = log_in(machine)
    machine.type(command)
    assert me(machine, leaked.access_token) == 401
    assert refresh(machine, leaked.refresh_token) == 401
    assert me(machine, log_in(machine).access_token) == 200


def test_a_leaked_signing_key_opens_nothing_and_sessions_go_on(machine: Machine) -> None:
    session = log_in(machine)
    machine.type(SIGNING_KEY)
    assert me(machine, session.access_token) == 401
    assert refresh(machine, session.refresh_token) == 200


def test_a_password_is_changed_by_a_command_that_exists() -> None:
    assert PASSWORD.startswith(f"hyperspeed changepassword {OWNER['email']}\n")


def test_in_containers_a_signing_key_is_replaced_in_the_same_steps() -> None:
    steps = [step.replace("cd /etc/hyperspeed\n", "") for step in (TO_VERIFY, TO_SIGN, TO_END)]
    steps = [step.replace("jwt-key", "secrets/jwt-key") for step in steps]
    steps = [step.replace("systemctl restart hyperspeed", "restart").strip() for step in steps]
    assert [step.strip() for step in IN_CONTAINERS[1:4]] == steps


def test_in_containers_whoever_reads_a_secret_begins_anew() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    reading = {name for name, service in services.items() if service.get("secrets")}
    named = re.findall(r"--force-recreate ([\w ]+)", IN_CONTAINERS[0])
    assert named == re.findall(r"--force-recreate ([\w ]+)", DEPLOY)
    # What has come and gone, and what reads its password once in its life.
    assert set(named[0].split()) == reading - {"migrate", "database"}


def test_in_containers_the_files_hold_the_new_secrets(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for name in ("jwt-key", "secret-key"):
        (tmp_path / "secrets" / name).write_text("old")
    machine = Machine(tmp_path, "", 0)
    (tmp_path / "shell").write_text('docker() { echo "$*" >>docker.log; }\n')
    machine.type("\n".join(IN_CONTAINERS[:5]))
    jwt_key = (tmp_path / "secrets" / "jwt-key").read_text()
    assert re.fullmatch(r"2027:[\w-]{64}\n", jwt_key)
    assert re.fullmatch(r"[\w-]{64}\n", (tmp_path / "secrets" / "secret-key").read_text())
    assert len((tmp_path / "docker.log").read_text().splitlines()) == 4
