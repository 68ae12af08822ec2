"""What long commands show on a terminal, and that they are quiet elsewhere."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.config.test_manage import manage
from tests.races.databases import fresh_database
from tests.server import ROOT, production_environment

pytestmark = pytest.mark.once  # each runs in a process of its own

SECONDS = 60
# Events enough that an export takes longer than a person would look at nothing.
FILL = """
from accounts.models import AuditEvent, User
AuditEvent.objects.bulk_create(
    (AuditEvent(action="login.failed", door="api") for _ in range(20_000)), batch_size=500)
for name in ("olivia", "mia"):
    User.objects.create(email=f"{name}@example.com", email_key=name, is_staff=True)
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a database with a long audit trail."""
    with fresh_database() as database:
        assert manage("shell", "-v0", "-c", FILL, url=database.url).returncode == 0
        yield database.url


class Running(NamedTuple):
    """A command, and the other end of its terminal."""

    terminal: int
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def on_terminal(url: str, *arguments: str, stdout: int | None = None) -> Iterator[Running]:
    """A command whose stderr is a terminal."""
    ours, theirs = pty.openpty()
    # Tests that run in the background ignore Ctrl-C, which their children would inherit.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=production_environment(url, 8000),
        stdin=theirs,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=theirs,
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, usual)
    os.close(theirs)
    try:
        yield Running(ours, process)
    finally:
        os.close(ours)
        process.kill()
        process.wait(SECONDS)


def read_all(terminal: int) -> str:
    """All that a terminal got until nobody writes to it any more."""
    parts = []
    with contextlib.suppress(OSError):  # which is how Linux says that
        while part := os.read(terminal, 4096):
            parts.append(part)
    return b"".join(parts).decode()


def shown(text: str) -> list[str]:
    """Each state of a terminal's last line, in turn."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [state.rstrip() for line in lines for state in line.split("\r")]


def test_a_terminal_sees_how_far_it_is_and_nothing_in_the_end(url: str) -> None:
    with on_terminal(url, "export_audit") as (terminal, _):
        text = read_all(terminal)
    states = shown(text)
    assert states[1].startswith("1 of 20,000 events (0 %)")
    assert any(state.endswith("a second") for state in states)
    assert states[-2:] == ["", ""]
    assert "\n" not in text


def test_a_pipe_sees_nothing(url: str) -> None:
    ran = manage("export_audit", url=url)
    assert (ran.returncode, ran.stderr, ran.stdout.count("\n")) == (0, "", 20_000)


def test_a_terminal_that_shows_the_data_sees_no_progress(url: str) -> None:
    ours, theirs = pty.openpty()
    with on_terminal(url, "export_audit", "--action", "login.succeeded", stdout=theirs) as run:
        assert read_all(run.terminal) == ""
    os.close(theirs)
    os.close(ours)


def test_a_purge_tells_what_it_did_after_the_line_is_gone(url: str) -> None:
    """Nothing has expired: not even the line of a beginning is left."""
    with on_terminal(url, "purge_expired") as (terminal, _):
        assert shown(read_all(terminal))[-2:] == ["nothing has expired", ""]


def test_whoever_ends_all_sessions_sees_of_how_many_accounts(url: str) -> None:
    with on_terminal(url, "revoke_sessions", "--all") as (terminal, _):
        states = shown(read_all(terminal))
    assert states[1] == "1 of 2 accounts (50 %)"
    assert states[-2:] == ["0 session(s) ended", ""]
    assert manage("revoke_sessions", "--all", url=url).stderr == "0 session(s) ended\n"


def test_what_went_well_is_not_red(url: str) -> None:
    ours, theirs = pty.openpty()
    with on_terminal(url, "purge_expired", stdout=theirs) as run:
        assert read_all(run.terminal) == "nothing has expired\r\n"
    os.close(theirs)
    os.close(ours)


def test_ctrl_c_is_one_line_and_130(url: str) -> None:
    reader, writer = os.pipe()  # which nobody reads
    with on_terminal(url, "export_audit", stdout=writer) as (terminal, process):
        os.read(terminal, 4096)
        process.send_signal(signal.SIGINT)
        assert shown(read_all(terminal))[-2:] == ["interrupted", ""]
        assert process.wait(SECONDS) == 130
    os.close(writer)
    os.close(reader)


@pytest.mark.parametrize("command", ["export_audit", "list_service_accounts"])
@pytest.mark.parametrize(
    ("tail", "status", "words"),
    [
        ("| head -c 1 >/dev/null", 0, ""),
        ("> /dev/full", 1, "No space left on device"),
        (">&-", 1, "Bad file descriptor"),
    ],
)
def test_an_output_that_is_gone_gives_no_traceback(
    url: str, command: str, tail: str, status: int, words: str
) -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f'"$0" manage.py {command} {tail}', sys.executable],
        cwd=ROOT,
        env=production_environment(url, 8000),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, len(ran.stderr.splitlines())) == (status, 1 if words else 0)
    assert words in ran.stderr


@pytest.mark.parametrize("tail", ["| true", "> /dev/full"])
def test_what_is_refused_is_told_also_where_the_output_is_gone(url: str, tail: str) -> None:
    """A check of the set-up that finds something, behind `| head -1`."""
    doctor = '("$0" manage.py doctor --url http://127.0.0.1:1; echo "ended with $?" >&2)'
    ran = subprocess.run(
        ["/bin/sh", "-c", f"{doctor} {tail}", sys.executable],
        cwd=ROOT,
        env=production_environment(url, 8000),
        capture_output=True,
        text=True,
        check=False,
    )
    refusal, status = ran.stderr.splitlines()
    assert refusal.endswith("to mend")
    assert status == "ended with 1"
