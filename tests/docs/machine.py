"""A machine to follow docs/deploy.md on: its folders below one of ours, its services as processes.

What needs root is played by small programs: `runuser` and `install` leave out whose a file is, and
`systemctl` runs the command of docs/deploy/hyperspeed.service, in its folder and environment;
gunicorn is told no more than to be one worker on a free port.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.postgres import find_binaries, free_port, throwaway_postgres
from tests.server import ROOT

SECONDS = 120
SH = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
PAGE = "docs/deploy.md"
UNIT = ROOT / "docs" / "deploy" / "hyperspeed.service"
SETTING = re.compile(r"^(\w+)=(.+)$", re.MULTILINE)
SOCKET = "postgresql://hyperspeed@/hyperspeed?host=/run/postgresql"
HOST = "work.example.org"
RUNUSER = '#!/bin/sh\nshift 2; shift\nexec "$@"\n'
INSTALL = """#!/bin/bash
set -eu
options=()
while [ $# -gt 0 ]; do
    case $1 in
        -o | -g) shift ;;
        *) options+=("$1") ;;
    esac
    shift
done
exec {install} "${{options[@]}}"
"""
KEEP = """
{{ declare -p backup new old 2>/dev/null || true; printf 'cd %q\\n' "$PWD"; }} >{home}/shell
"""
SYSTEMCTL = """#!/bin/bash
set -eu
end() {{
    [ -f pid ] || return 0
    kill "$(cat pid)"
    while [ -f pid ]; do sleep 0.05; done
}}
begin() {{
    set -a; {Environment}; . {EnvironmentFile}; set +a
    export GUNICORN_CMD_ARGS='--workers 1 --bind 127.0.0.1:{port} --pid {home}/pid'
    ( cd {WorkingDirectory}; exec {ExecStart} >>{home}/log 2>&1 ) &
    for _ in {{1..600}}; do
        curl -sf http://127.0.0.1:{port}/health -H "Host: {host}" >/dev/null && return
        sleep 0.05
    done
    cat {home}/log; exit 1
}}
reload() {{
    ( MAINPID=$(cat pid); set -a; {Environment}; . {EnvironmentFile}; set +a
      cd {WorkingDirectory}; {reload} )
}}
cd {home}
echo "$*" >>systemctl.log
case "$*" in
    "start hyperspeed") begin ;;
    "stop hyperspeed") end ;;
    "restart hyperspeed") end; begin ;;
    "reload hyperspeed") reload ;;
esac
"""


def blocks(page: str, heading: str) -> list[str]:
    """What to type, by the blocks between a heading of a page and the next heading."""
    text = (ROOT / page).read_text(encoding="utf-8")
    section = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    section = re.split(r"^##+ ", section, flags=re.MULTILINE)[0]
    return [textwrap.dedent(indent + body) for indent, body in SH.findall(section)]


@dataclass(frozen=True)
class Machine:
    """The folders of the machine are below `home`; `url` is its database."""

    home: Path
    url: str
    port: int

    @classmethod
    def make(cls, home: Path, url: str) -> "Machine":
        machine = cls(home, url, free_port())
        (home / "shell").touch()
        machine._add("runuser", RUNUSER)
        machine._add("chgrp", "#!/bin/sh\n")
        machine._add("install", INSTALL.format(install=shutil.which("install")))
        settings = SETTING.findall(machine._here(UNIT.read_text(encoding="utf-8")))
        unit = dict(settings)
        reload = " && ".join(value for name, value in settings if name == "ExecReload")
        values = {"home": home, "port": machine.port, "host": HOST, "reload": reload}
        machine._add("systemctl", SYSTEMCTL.format(**values, **unit))
        for name in ("hyperspeed", "backup"):
            script = (ROOT / "docs" / "deploy" / name).read_text(encoding="utf-8")
            machine._add(name, machine._here(script))
        return machine

    def type(self, text: str) -> str:
        """Run what a page tells to type, and return what was printed. Raises AssertionError.

        As in one shell, the folder and the variables that pages use are kept.
        """
        script = f". {self.home}/shell\n{self._here(text)}\n{KEEP.format(home=self.home)}"
        command = ["bash", "-eu", "-o", "pipefail", "-c", script]
        ran = subprocess.run(
            command,
            cwd=self.home,
            env={"PATH": f"{self.home}/bin:{os.environ['PATH']}", **self._postgres()},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert ran.returncode == 0, f"{text}\n{ran.stdout}{ran.stderr}{self.log()}"
        return ran.stdout

    def _postgres(self) -> dict[str, str]:
        """Where its programs are, and who they are for."""
        if not self.url:
            return {}
        server = urlsplit(self.url)
        return {
            "PATH": f"{self.home}/bin:{find_binaries()}:{os.environ['PATH']}",
            "PGHOST": server.hostname or "",
            "PGPORT": str(server.port or ""),
            "PGUSER": unquote(server.username or ""),
            "PGPASSWORD": unquote(server.password or ""),
        }

    def call(self, method: str, path: str, token: str = "", body: object = None) -> "Told":
        """One request of the API, as the proxy would pass it on."""
        headers = {"Host": HOST, "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1/{path}", content, headers)
            answer = connection.getresponse()
            text = answer.read()
            return Told(answer.status, json.loads(text) if text else {})

    def log(self) -> str:
        path = self.home / "log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _add(self, name: str, text: str) -> None:
        program = self.home / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o700)

    def _here(self, text: str) -> str:
        """The same with the folders of this machine."""
        text = text.replace("/srv/hyperspeed/docs/deploy/backup", f"{self.home}/bin/backup")
        text = text.replace("/srv/hyperspeed/.venv/bin", str(Path(sys.executable).parent))
        text = text.replace("/srv/hyperspeed", str(ROOT))
        text = text.replace("sqlite:////var/", f"sqlite:///{self.home}/var/")
        return re.sub(r"(?<![\w/])/(etc|var)/", rf"{self.home}/\1/", text)


@dataclass(frozen=True)
class Told:
    """What was answered."""

    status: int
    body: dict[str, Any]


@contextmanager
def installed(home: Path) -> Iterator[Machine]:
    """A machine on which the service runs, on a database of the kind that DATABASE_URL names."""
    with ExitStack() as stack:
        is_sqlite = os.environ["DATABASE_URL"].startswith("sqlite:")
        url = "" if is_sqlite else stack.enter_context(throwaway_postgres())
        machine = Machine.make(home, url)
        _, _, secrets, variables, commands, *_ = blocks(PAGE, "Install")
        machine.type(secrets)
        machine.type(variables.replace(SOCKET, url))
        if is_sqlite:
            machine.type(blocks(PAGE, "SQLite")[0])
        (home / "etc" / "hyperspeed").chmod(0o700)  # whose it is was left out
        machine.type(commands.partition("\n")[2])
        stack.callback(machine.type, "systemctl stop hyperspeed")
        machine.type("systemctl start hyperspeed")
        yield machine
