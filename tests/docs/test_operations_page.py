"""What docs/operations.md and the dashboard ask for is what is served."""

import json
import re
import secrets
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django import Settings

from accounts.audit import Action
from accounts.request_log import writer
from tests.conftest import make_client
from tests.server import ROOT

pytestmark = pytest.mark.django_db

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
DASHBOARD = json.loads((ROOT / "docs" / "grafana-dashboard.json").read_text("utf-8"))
NAME = re.compile(r"\bhyperspeed_\w+")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


@pytest.fixture
def served(settings: Settings) -> set[str]:
    """The names of all samples that a scrape can hold."""
    settings.METRICS_TOKEN = secrets.token_hex(32)
    headers = {"authorization": f"Bearer {settings.METRICS_TOKEN}"}
    text = make_client().get("/-/metrics", headers=headers).content.decode()
    families = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    return {name + suffix for name, kind in families for suffix in SUFFIXES[kind]}


def rules() -> list[dict[str, Any]]:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    found: list[dict[str, Any]] = yaml.safe_load(block)["groups"][0]["rules"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_every_figure_that_is_asked_for_is_served(served: set[str]) -> None:
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(asked) > 8
    assert asked <= served


def test_every_figure_that_is_served_is_described(served: set[str]) -> None:
    table = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in served}
    assert families == {name for name in table if name.startswith("hyperspeed_")}


def test_every_figure_of_the_state_is_watched_or_shown(served: set[str]) -> None:
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert served - asked <= {"hyperspeed_http_request_duration_seconds_count"}


def test_the_labels_that_are_asked_for_exist() -> None:
    text = " ".join(expressions())
    actions = set(re.findall(r'action="([^"]+)"', text))
    assert actions
    assert actions <= {str(action) for action in Action}
    assert set(re.findall(r'within="([^"]+)"', text)) <= {"1d", "7d", "30d"}
    assert set(re.findall(r'result="([^"]+)"', text)) == {"sent", "failed"}


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        name = rule["alert"]
        told = " ".join(re.findall(r"^- \*\*(.*?)\.\*\* ", PAGE, re.MULTILINE))
        assert name in re.findall(r"\w+", told) or name.startswith("HyperspeedTokenExpires"), name
        assert rule["labels"]["severity"] in {"page", "work"}


def test_no_two_panels_of_the_dashboard_overlap() -> None:
    cells: list[tuple[int, int]] = []
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        cells += [(x, y) for x in columns for y in range(place["y"], place["y"] + place["h"])]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_line_that_is_shown_has_the_fields_of_one(capfd: pytest.CaptureFixture[str]) -> None:
    (shown,) = re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
    make_client().get("/api/v1/me")
    writer.flush()
    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert list(json.loads(shown)) == list(line)


def daily() -> list[str]:
    """The commands that the page has run every day."""
    section = PAGE.partition("\n## Every day\n")[2].partition("\n## ")[0]
    return re.findall(r"`manage\.py (\w+)`", section)


def test_what_is_due_every_day_is_started_by_a_timer_that_the_installation_enables() -> None:
    found = (ROOT / "docs" / "deploy").glob("*.service")
    units = {path.stem: path.read_text("utf-8") for path in found}
    for command in daily():
        (name,) = [name for name, text in units.items() if f"manage.py {command}" in text]
        assert (ROOT / "docs" / "deploy" / f"{name}.timer").exists()
        assert f"{name}.timer" in (ROOT / "docs" / "deploy.md").read_text("utf-8")


def test_the_composition_runs_the_same_every_day() -> None:
    """A job that sends mails is on a network that reaches a mail server."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"].values()
    for command in daily():
        (job,) = [job for job in services if f"manage.py {command};" in str(job.get("command"))]
        assert job["profiles"] == ["jobs"]
        assert "outside" in job["networks"] or command == "purge_expired"


@pytest.mark.once
@pytest.mark.parametrize("failing", ["send_signup_digest", "mail_expiring_tokens", ""])
def test_a_mail_command_that_fails_keeps_no_other_back_and_the_unit_fails(
    tmp_path: Path, failing: str
) -> None:
    """One address that takes no mail would keep all warnings of tokens back, every day."""
    unit = (ROOT / "docs" / "deploy" / "hyperspeed-mails.service").read_text("utf-8")
    (line,) = re.findall(r"^ExecStart=((?:.*\\\n)*.*)$", unit, re.MULTILINE)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$2"\n[ "$2" != "{failing}" ]\n')
    python.chmod(0o700)
    line = line.replace("\\\n", " ").replace("/srv/hyperspeed/.venv/bin/python", str(python))
    command = shlex.split(line.replace("$$", "$"))
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["send_signup_digest", "mail_expiring_tokens"]
    assert ran.returncode == int(bool(failing))


def test_no_unit_hides_that_a_command_failed() -> None:
    for unit in (ROOT / "docs" / "deploy").glob("*.service"):
        assert "ExecStart=-" not in unit.read_text("utf-8"), unit
