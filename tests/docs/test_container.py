"""Containerfile and compose.yaml, without an engine: what is copied is enough, and starts."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.environment import temporary_sqlite_url
from tests.postgres import free_port
from tests.server import ROOT, production_environment

pytestmark = pytest.mark.once

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
STAGE = CONTAINERFILE.rpartition("\nFROM ")[2]
HEALTHCHECK = json.loads(
    CONTAINERFILE.partition("HEALTHCHECK ")[2].partition(" CMD ")[2].split("\n")[0]
)
COMMAND = json.loads(STAGE.rpartition("\nCMD ")[2])
START_SECONDS = 30
SECRET = re.compile(r"secret|key|password|token", re.IGNORECASE)


@dataclass(frozen=True)
class Container:
    """What a container would be: the files of the image, its environment, its process."""

    root: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def is_well(self, **values: str) -> bool:
        """What the engine would say."""
        return self._run(HEALTHCHECK, **values) == 0

    def manage(self, *arguments: str) -> int:
        return self._run(["python", "manage.py", *arguments])

    def _run(self, command: list[str], **values: str) -> int:
        environment = {**self.environment, **values}
        return subprocess.run(
            command, cwd=self.root, env=environment, check=False, stderr=subprocess.DEVNULL
        ).returncode

    def files(self) -> set[Path]:
        return set(self.root.rglob("*"))


def copy_what_is_named(root: Path) -> None:
    """Do what the COPY instructions with sources in the checkout say."""
    for line in re.findall(r"^COPY ([^-].*)$", CONTAINERFILE, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, root / target)
            else:
                shutil.copy(ROOT / source, root / target)


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The image's command in a folder that holds the image's files, on a migrated database."""
    root = tmp_path_factory.mktemp("image")
    copy_what_is_named(root)
    port = free_port()
    environment = production_environment(temporary_sqlite_url(), port, PORT=str(port))
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment |= {"ALLOWED_HOSTS": "work.example.org, 127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1"}
    # Only Linux has /dev/shm, which it is for the image.
    command = [part for part in COMMAND if part not in {"--worker-tmp-dir", "/dev/shm"}]  # noqa: S108
    command = [sys.executable, "-m", *command]
    process = subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield Container(root, environment, process)
    finally:
        process.kill()
        process.wait()


def wait_until_well(container: Container) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not container.is_well():
        assert time.monotonic() < deadline, "it is never well"
        assert container.process.poll() is None, "it does not start"


def test_a_container_is_well_with_the_files_that_are_copied(container: Container) -> None:
    wait_until_well(container)
    assert container.is_well(ALLOWED_HOSTS=".work.example.org")
    assert not container.is_well(PORT=str(free_port()))
    assert not container.is_well(ALLOWED_HOSTS="elsewhere.example.org")


def test_it_migrates_and_writes_nothing_beside_the_database(container: Container) -> None:
    before = container.files()
    assert container.manage("migrate", "--no-input", "-v0") == 0
    wait_until_well(container)
    assert container.files() == before


def test_it_ends_by_itself_when_it_is_told_to_stop(container: Container) -> None:
    wait_until_well(container)
    container.process.send_signal(signal.SIGTERM)
    assert container.process.wait(START_SECONDS) == 0
    assert not container.is_well()


def test_it_is_nobody_in_particular() -> None:
    user = re.search(r"^USER (\d+):(\d+)$", STAGE, re.MULTILINE)
    assert user is not None
    assert "0" not in user.groups()


def test_the_image_is_told_no_secret() -> None:
    told = " ".join(re.findall(r"^(?:ENV|ARG) (.*)$", CONTAINERFILE, re.MULTILINE))
    assert not SECRET.search(told)
    assert "COPY . " not in CONTAINERFILE


def composed(folder: Path) -> dict[str, str]:
    """The environment of the service `web`, its secrets in a folder."""
    values = {
        "ALLOWED_HOSTS": "work.example.org",
        "PUBLIC_URL": "https://work.example.org",
        "DEFAULT_FROM_EMAIL": "hyperspeed@example.org",
    }
    found = dict[str, str]()
    for name, text in COMPOSE["services"]["web"]["environment"].items():
        asked = re.fullmatch(r"\$\{(\w+):([-?])(.*)\}", str(text))
        if asked is None:
            found[name] = str(text).replace("/run/secrets", str(folder))
        else:
            found[name] = asked[3] if asked[2] == "-" else values[asked[1]]
    return found


def test_the_composed_environment_is_one_that_production_accepts(tmp_path: Path) -> None:
    contents = production_environment("postgresql://nobody@127.0.0.1:1/none", 8000)
    (tmp_path / "secret-key").write_text(contents["SECRET_KEY"])
    (tmp_path / "jwt-key").write_text(contents["JWT_SIGNING_KEY"])
    (tmp_path / "database-url").write_text(contents["DATABASE_URL"])
    (tmp_path / "email-url").write_text("smtp://127.0.0.1:25")
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {"PATH": os.environ["PATH"], **composed(tmp_path)}
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_secret_of_a_service_is_a_file_that_is_named() -> None:
    for name, service in COMPOSE["services"].items():
        text = f"{service.get('environment')} {service.get('command')}"
        used = set(re.findall(r"/run/secrets/([\w-]+)", text))
        assert used == set(service["secrets"]) <= COMPOSE["secrets"].keys(), name


def test_any_other_variable_is_said_in_a_file_that_need_not_be_there() -> None:
    """In all that runs the application: a job without a setting of `web` would do other things."""
    services = COMPOSE["services"]
    ours = {name for name, one in services.items() if one["image"].startswith("hyperspeed")}
    assert ours == services.keys() - {"database", "backup"}
    optional = [{"path": "./hyperspeed.env", "required": False}]
    assert [services[name]["env_file"] for name in ours] == [optional] * len(ours)
    assert "/hyperspeed.env\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_the_application_waits_for_the_migration_and_is_bound_to_the_loopback() -> None:
    web = COMPOSE["services"]["web"]
    assert web["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert COMPOSE["services"]["migrate"]["restart"] == "no"
    assert [port.startswith("127.0.0.1:") for port in web["ports"]] == [True]
    assert "ports" not in COMPOSE["services"]["database"]
